import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from "@simplewebauthn/server";
import { z } from "zod";
import { lifetimes } from "@gatehouse/shared";
import { sql, table } from "../../platform/database/sql.js";
import { newId } from "../../platform/crypto/ids.js";
import { digestOf } from "../../platform/crypto/tokens.js";
import type { Person } from "../people/person.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { namesNoMaker } from "./attestation.js";
import { Passkey, PasskeyCeremony } from "./passkey.entity.js";

const ALGORITHMS = [-8, -7, -257];
/**
 * The parts of a registration or an assertion that are read before or after the library verifies it; it checks the rest
 * itself.
 */
const idForm = z.string().min(1).max(1400);
const registration = z.looseObject({
  id: idForm,
  response: z.looseObject({
    attestationObject: z.string(),
    transports: z.array(z.string().max(32)).max(10).optional(),
  }),
});
const assertion = z.looseObject({ id: idForm, response: z.looseObject({}) });

/** What a passkey should prove: a sign-in, by its challenge's id, or the identity of a session's user. */
export interface PasskeySubject {
  subjectId: string;
  purpose: "SIGN_IN" | "STEP_UP";
}

const passkeyRows = table(Passkey);
const USE_PASSKEY = sql`UPDATE ${passkeyRows} SET ${passkeyRows.signCount} = ?, ${passkeyRows.lastUsedAt} = ?
  WHERE ${passkeyRows.id} = ? AND ${passkeyRows.signCount} = ?`;
const ceremonies = table(PasskeyCeremony);
const END_CEREMONY = sql`DELETE FROM ${ceremonies} WHERE ${ceremonies.subjectId} = ? AND ${ceremonies.challenge} = ? AND ${ceremonies.expiresAt} > ?`;

/** Stores passkeys and verifies what authenticators sign (WebAuthn Level 3, sections 7.1 and 7.2). */
export class Passkeys {
  private readonly rpID: string;

  /**
   * @param origin of the pages that may use them; its host is the relying party's id, so that no other site can request
   * them
   */
  constructor(private readonly origin: string) {
    this.rpID = new URL(origin).hostname;
  }

  of(manager: UnitOfWork["manager"], ownerId: string): Promise<Passkey[]> {
    return manager.find(Passkey, { where: { ownerId }, order: { createdAt: "ASC", id: "ASC" } });
  }

  /**
   * PublicKeyCredentialCreationOptionsJSON for a new passkey. None of the owner's authenticators can be added twice.
   */
  async beginRegistration(unit: UnitOfWork, owner: Person, subjectId: string): Promise<string> {
    const known = await this.of(unit.manager, owner.ownerId);
    const options = await generateRegistrationOptions({
      rpName: owner.audience === "TEAM" ? "Gatehouse" : owner.firmName,
      rpID: this.rpID,
      userName: owner.email,
      userDisplayName: owner.email,
      attestationType: "none",
      supportedAlgorithmIDs: ALGORITHMS,
      excludeCredentials: known.map(descriptorOf),
      // As a second factor it is always requested by its id, so it need not be discoverable.
      authenticatorSelection: { residentKey: "discouraged", userVerification: "preferred" },
    });
    await this.begin(unit, {
      subjectId,
      purpose: "REGISTRATION",
      ownerId: owner.ownerId,
      challenge: options.challenge,
    });
    return JSON.stringify(options);
  }

  /** Stores the new passkey; null if the response does not match the request, or comes too late. */
  async finishRegistration(
    unit: UnitOfWork,
    owner: Person,
    subjectId: string,
    answer: string,
    name: string,
  ): Promise<Passkey | null> {
    const response = read<RegistrationResponseJSON>(registration, answer);
    const expectedChallenge = await this.end(unit, { subjectId, purpose: "REGISTRATION", ownerId: owner.ownerId });
    if (response === null || expectedChallenge === null) return null;
    const registrationInfo = await this.judge(response, expectedChallenge).catch(() => null);
    if (!registrationInfo) return null;
    const { id, publicKey, counter, transports } = registrationInfo.credential;
    const passkey = unit.manager.create(Passkey, {
      id: newId("passkey", unit.now),
      firmId: owner.firmId,
      ownerId: owner.ownerId,
      name,
      credentialDigest: digestOf(id),
      credentialId: id,
      publicKey: Buffer.from(publicKey).toString("base64url"),
      signCount: counter,
      transports: (transports ?? []).join(",").slice(0, 200),
      isSynced: registrationInfo.credentialDeviceType === "multiDevice",
      createdAt: unit.now,
      lastUsedAt: null,
    });
    // A second copy of a credential can only be a replay or a forgery.
    if (await unit.manager.existsBy(Passkey, { credentialDigest: passkey.credentialDigest })) return null;
    await unit.manager.insert(Passkey, passkey);
    return passkey;
  }

  /** PublicKeyCredentialRequestOptionsJSON with the owner's passkeys; null if there are none. */
  async beginAssertion(unit: UnitOfWork, ownerId: string, subject: PasskeySubject): Promise<string | null> {
    const known = await this.of(unit.manager, ownerId);
    if (known.length === 0) return null;
    const options = await generateAuthenticationOptions({
      rpID: this.rpID,
      allowCredentials: known.map(descriptorOf),
      userVerification: "preferred",
    });
    await this.begin(unit, { ...subject, ownerId, challenge: options.challenge });
    return JSON.stringify(options);
  }

  /**
   * Whether one of the owner's passkeys signed this subject's challenge, on our own page. Runs within the transaction
   * of what the proof buys. The challenge is spent in any case, and a counter that does not increase (a cloned
   * authenticator) is refused.
   */
  async spend(
    unit: UnitOfWork,
    { ownerId }: Pick<Person, "ownerId">,
    subject: PasskeySubject,
    answer: string,
  ): Promise<boolean> {
    const response = read<AuthenticationResponseJSON>(assertion, answer);
    const expectedChallenge = await this.end(unit, { ...subject, ownerId });
    if (response === null || expectedChallenge === null) return false;
    const passkey = await unit.manager.findOneBy(Passkey, { credentialDigest: digestOf(response.id), ownerId });
    if (!passkey) return false;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge,
      expectedOrigin: this.origin,
      expectedRPID: this.rpID,
      requireUserVerification: false,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, "base64url")),
        counter: passkey.signCount,
      },
    }).catch(() => ({ verified: false, authenticationInfo: undefined }));
    if (!verified || !authenticationInfo) return false;
    const used = [authenticationInfo.newCounter, unit.now, passkey.id, passkey.signCount];
    return (await unit.affected(USE_PASSKEY, used)) === 1;
  }

  /** Rejects, or returns null, if the response does not match the request. */
  private async judge(response: RegistrationResponseJSON, expectedChallenge: string) {
    if (!namesNoMaker(response.response.attestationObject)) return null;
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge,
      expectedOrigin: this.origin,
      expectedRPID: this.rpID,
      supportedAlgorithmIDs: ALGORITHMS,
      requireUserVerification: false,
    });
    return verified ? registrationInfo : null;
  }

  private async begin(unit: UnitOfWork, ceremony: Omit<PasskeyCeremony, "expiresAt">): Promise<void> {
    await unit.manager.upsert(PasskeyCeremony, { ...ceremony, expiresAt: unit.now + lifetimes.challenge }, [
      "subjectId",
    ]);
  }

  /** Deletes the live challenge and returns it: if two responses race, exactly one gets it. */
  private async end(
    unit: UnitOfWork,
    ceremony: Pick<PasskeyCeremony, "subjectId" | "purpose" | "ownerId">,
  ): Promise<string | null> {
    const found = await unit.manager.findOneBy(PasskeyCeremony, ceremony);
    if (!found) return null;
    const ended = await unit.affected(END_CEREMONY, [found.subjectId, found.challenge, unit.now]);
    return ended === 1 ? found.challenge : null;
  }
}

const descriptorOf = ({ credentialId, transports }: Passkey) => ({
  id: credentialId,
  transports: transports === "" ? [] : transports.split(","),
});

/** A credential as the browser returns it, in JSON; null for anything else. */
function read<T extends RegistrationResponseJSON | AuthenticationResponseJSON>(
  form: z.ZodType,
  text: string,
): T | null {
  try {
    return form.parse(JSON.parse(text)) as T;
  } catch {
    return null;
  }
}
