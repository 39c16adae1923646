import { sign, type KeyObject } from "node:crypto";

/** DER (X.690): one value with its tag and length. */
const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(content.length);
  const length = size.subarray(size.findIndex((byte) => byte !== 0));
  const head = content.length < 128 ? [tag, content.length] : [tag, 0x80 | length.length, ...length];
  return Buffer.concat([Buffer.from(head), content]);
};
const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const octets = (content: Buffer) => der(0x04, content);
const integer = (value: number) => der(0x02, Buffer.from([value]));
const enumerated = (value: number) => der(0x0a, Buffer.from([value]));
const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const bits = (content: Buffer) => der(0x03, Buffer.from([0]), content);
const utcTime = (text: string) => der(0x17, Buffer.from(text));

const COMMON_NAME = oid("550403");
const CRL_DISTRIBUTION_POINTS = oid("551d1f");
const ANDROID_KEY_DESCRIPTION = oid("2b06010401d679020111");
const ECDSA_WITH_SHA256 = sequence(oid("2a8648ce3d040302"));

const name = (text: string) => sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(text)))));
const extension = (id: Buffer, value: Buffer) => sequence(id, octets(value));

/**
 * The extension that makes a verifier fetch a URL to learn whether the certificate was revoked (RFC 5280, 4.2.1.13).
 */
const revokedAt = (url: string) =>
  extension(CRL_DISTRIBUTION_POINTS, sequence(sequence(der(0xa0, der(0xa0, der(0x86, Buffer.from(url)))))));
/** What an Android key store says about a key, with the challenge that it was created for. */
const keyDescription = (challenge: Buffer) =>
  extension(
    ANDROID_KEY_DESCRIPTION,
    sequence(
      integer(3),
      enumerated(1),
      integer(4),
      enumerated(1),
      octets(challenge),
      octets(Buffer.alloc(0)),
      sequence(),
      sequence(),
    ),
  );

function certificate(
  subject: { name: string; key: KeyObject; extensions: Buffer[] },
  issuer: { name: string; key: KeyObject },
): Buffer {
  const said = sequence(
    der(0xa0, integer(2)),
    integer(subject.name.length),
    ECDSA_WITH_SHA256,
    name(issuer.name),
    sequence(utcTime("200101000000Z"), utcTime("491231235959Z")),
    name(subject.name),
    subject.key.export({ type: "spki", format: "der" }),
    ...(subject.extensions.length > 0 ? [der(0xa3, sequence(...subject.extensions))] : []),
  );
  return sequence(said, ECDSA_WITH_SHA256, bits(sign("sha256", said, issuer.key)));
}

export interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

/**
 * An "android-key" attestation by a root that its author has just created: well-formed, signed by nobody whom anybody
 * trusts, with a revocation list at an address of the author's choice.
 */
export function forgedAttestation(
  key: KeyPair,
  root: KeyPair,
  { signed, clientDataHash, crlUrl }: { signed: Buffer; clientDataHash: Buffer; crlUrl: string },
): { fmt: string; attStmt: Map<string, unknown> } {
  const ca = { name: "Root of a stranger", key: root.privateKey };
  const leaf = certificate(
    { name: "A phone", key: key.publicKey, extensions: [revokedAt(crlUrl), keyDescription(clientDataHash)] },
    ca,
  );
  const anchor = certificate({ name: ca.name, key: root.publicKey, extensions: [] }, ca);
  return {
    fmt: "android-key",
    attStmt: new Map<string, unknown>([
      ["alg", -7],
      ["sig", new Uint8Array(sign("sha256", signed, key.privateKey))],
      ["x5c", [new Uint8Array(leaf), new Uint8Array(anchor)]],
    ]),
  };
}
