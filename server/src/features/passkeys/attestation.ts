import { decodeAttestationObject, isoBase64URL } from "@simplewebauthn/server/helpers";

/**
 * Whether an attestation is one that browsers return if "none" was requested (WebAuthn Level 3, 5.1.3): it says nothing
 * about the authenticator's maker, or the new key has signed itself. Any other contains certificates: the library
 * trusts the root that comes along, and fetches revocation lists from wherever they say before it checks whether it
 * knows that root.
 *
 * @param attestationObject base64url, as the browser returns it; throws if it is not CBOR
 */
export function namesNoMaker(attestationObject: string): boolean {
  const attestation = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject));
  const format = attestation.get("fmt");
  return format === "none" || (format === "packed" && attestation.get("attStmt").get("x5c") === undefined);
}
