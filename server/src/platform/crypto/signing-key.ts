import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { canonicalJson } from "./canonical-json.js";

/** PKCS #8 of an Ed25519 private key is this and the 32 bytes of its seed (RFC 8410 7). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** A public Ed25519 key as a JSON Web Key (RFC 8037 2). */
export interface PublicJwk {
  kty: "OKP";
  crv: "Ed25519";
  /** The 32 bytes in base64url. */
  x: string;
  /** The key's thumbprint (RFC 7638). */
  kid: string;
}
export const publicJwk = (x: string): PublicJwk => ({
  kty: "OKP",
  crv: "Ed25519",
  x,
  kid: createHash("sha256")
    .update(canonicalJson({ crv: "Ed25519", kty: "OKP", x }))
    .digest("base64url"),
});

/** An Ed25519 key pair that is made from 32 secret bytes, always the same from the same ones (RFC 8032 5.1.5). */
export class SigningKey {
  private readonly key: KeyObject;
  readonly jwk: PublicJwk;

  constructor(seed: Buffer) {
    this.key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" });
    this.jwk = publicJwk(createPublicKey(this.key).export({ format: "jwk" }).x ?? "");
  }

  /** The signature of a text's UTF-8 bytes, in base64url. */
  sign(text: string): string {
    return sign(null, Buffer.from(text, "utf8"), this.key).toString("base64url");
  }
}

/** Whether the key's owner signed the text. False for what is no key or no signature. */
export function isSignedBy({ x }: Pick<PublicJwk, "x">, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return verify(null, Buffer.from(text, "utf8"), key, Buffer.from(signature, "base64url"));
  } catch {
    return false;
  }
}
