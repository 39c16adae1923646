import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { isoCBOR } from "@simplewebauthn/server/helpers";
import { forgedAttestation } from "./forged-attestation.js";

const sha256 = (data: Buffer | string) => createHash("sha256").update(data).digest();
const USER_PRESENT = 0x01;
const HAS_CREDENTIAL = 0x40;

interface Options {
  challenge: string;
  rpId?: string;
  rp?: { id: string };
}

/**
 * A browser and its authenticator in one, which signs challenges (ES256, WebAuthn 6.1 and 6.5.4), and lies if a test
 * says so. Real ones are tested in Chromium: dashboard/e2e/passkey-story.test.ts.
 */
export class SoftwarePasskey {
  readonly id = randomBytes(32);
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  signCount = 0;
  /** Synced passkeys have no counter: theirs is always 0. */
  keepsCounter = true;

  constructor(private readonly origin: string) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.privateKey = privateKey;
    this.publicKey = publicKey;
  }

  /**
   * The RegistrationResponseJSON for the options of beginPasskeyRegistration. With `crlUrl` it is attested by
   * certificates that refer the verifier to that URL, with `isSelfSigned` by its own key; `transports` is how the
   * browser says it can be reached.
   */
  register(
    options: string,
    {
      origin = this.origin,
      crlUrl,
      isSelfSigned = false,
      transports = ["internal"],
    }: { origin?: string; crlUrl?: string; isSelfSigned?: boolean; transports?: unknown } = {},
  ): string {
    const { challenge, rp } = JSON.parse(options) as Options;
    const { x = "", y = "" } = this.publicKey.export({ format: "jwk" });
    const key = new Map<number, number | Buffer>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, "base64url")],
      [-3, Buffer.from(y, "base64url")],
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const authData = Buffer.concat([
      this.head(rp?.id ?? "", USER_PRESENT | HAS_CREDENTIAL),
      Buffer.alloc(16),
      length,
      this.id,
      isoCBOR.encode(key as never),
    ]);
    const clientDataJSON = clientData("webauthn.create", challenge, origin);
    const clientDataHash = sha256(clientDataJSON);
    const signed = Buffer.concat([authData, clientDataHash]);
    let { fmt, attStmt } = { fmt: "none", attStmt: new Map<string, unknown>() };
    if (isSelfSigned) {
      const sig = new Uint8Array(sign("sha256", signed, this.privateKey));
      ({ fmt, attStmt } = {
        fmt: "packed",
        attStmt: new Map<string, unknown>([
          ["alg", -7],
          ["sig", sig],
        ]),
      });
    } else if (crlUrl !== undefined) {
      const root = generateKeyPairSync("ec", { namedCurve: "P-256" });
      ({ fmt, attStmt } = forgedAttestation(this, root, { signed, clientDataHash, crlUrl }));
    }
    const attestation = new Map<string, unknown>([
      ["fmt", fmt],
      ["attStmt", attStmt],
      ["authData", new Uint8Array(authData)],
    ]);
    return this.say({
      clientDataJSON: clientDataJSON.toString("base64url"),
      attestationObject: Buffer.from(isoCBOR.encode(attestation as never)).toString("base64url"),
      transports,
    });
  }

  /** The AuthenticationResponseJSON for the options of beginPasskeyVerification. */
  prove(options: string, { origin = this.origin, rpId }: { origin?: string; rpId?: string } = {}): string {
    const given = JSON.parse(options) as Options;
    if (this.keepsCounter) this.signCount += 1;
    const authenticatorData = this.head(rpId ?? given.rpId ?? "", USER_PRESENT);
    const clientDataJSON = clientData("webauthn.get", given.challenge, origin);
    const signature = sign("sha256", Buffer.concat([authenticatorData, sha256(clientDataJSON)]), this.privateKey);
    return this.say({
      clientDataJSON: clientDataJSON.toString("base64url"),
      authenticatorData: authenticatorData.toString("base64url"),
      signature: signature.toString("base64url"),
    });
  }

  private head(rpId: string, flags: number): Buffer {
    const rest = Buffer.alloc(5);
    rest.writeUInt8(flags, 0);
    rest.writeUInt32BE(this.keepsCounter ? this.signCount : 0, 1);
    return Buffer.concat([sha256(rpId), rest]);
  }
  private say(response: object): string {
    const id = this.id.toString("base64url");
    return JSON.stringify({ id, rawId: id, type: "public-key", response, clientExtensionResults: {} });
  }
}

const clientData = (type: string, challenge: string, origin: string) =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
