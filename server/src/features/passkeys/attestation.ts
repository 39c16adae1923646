import { decodeAttestationObject, isoBase64URL } from "@simplewebauthn/server/helpers";

/**
 * Whether an attestation is one that browsers leave where "none" was asked for (WebAuthn Level 3, 5.1.3): nothing is said of the
 * authenticator's maker, or the new key has signed for itself. Any other carries certificates. The library believes the root that
 * comes along, and fetches the lists of revoked ones from wherever they say, before it looks whether it knows that root.
 *
 * @param attestationObject base64url, as the browser hands it over; throws where it is not CBOR
 */
export function namesNoMaker(attestationObject: string): boolean {
  const attestation = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject));
  const format = attestation.get("fmt");
  return format === "none" || (format === "packed" && attestation.get("attStmt").get("x5c") === undefined);
}
