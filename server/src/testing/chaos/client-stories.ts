import { randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { CLIENT_PASSWORD, type Api } from "../api.js";
import { oneIn } from "./chance.js";
import type { Ledger } from "./ledger.js";
import type { LoadedFirm, PatientRequests } from "./patient-requests.js";

const GUESS_EVERY_MS = 700;

interface Client {
  id: string;
  email: string;
  secret: string | null;
  /** The newest time step whose code was used. */
  lastStep: number;
  recoveryCodes: string[];
  /** Mailed codes seen so far. */
  codeMails: number;
}

/** Clients who come by invitation or on their own, enroll, and sign in with codes and recovery codes; and an attacker who guesses codes. */
export class ClientStories {
  private readonly api: Api;
  private readonly ledger: Ledger;

  constructor(private readonly requests: PatientRequests) {
    ({ api: this.api, ledger: this.ledger } = requests);
  }

  async clientStory(firm: LoadedFirm): Promise<void> {
    const contact = await this.requests.newContact(firm);
    if (!(await this.createAccount(firm, contact))) return;
    const client: Client = { ...contact, secret: null, lastStep: 0, recoveryCodes: [], codeMails: 0 };
    for (let visits = randomInt(1, 4); visits > 0; visits--) if (!(await this.visit(firm, client))) return;
    if (client.secret === null || oneIn(2)) return;
    const owner = await this.requests.ownerToken(firm);
    const { contact: reset } = await this.requests.insist(() =>
      this.api.mutate(
        "resetTwoFactor",
        "ContactReasonInput",
        "contact { id }",
        { contactId: contact.id, reason: "lost phone, called back" },
        owner,
      ),
    );
    if (reset) this.ledger.acknowledge("TWO_FACTOR_RESET", contact.id);
    this.ledger.count("2FA resets");
    Object.assign(client, { secret: null, recoveryCodes: [] });
    await this.visit(firm, client);
  }

  private async createAccount(firm: LoadedFirm, { id, email }: { id: string; email: string }): Promise<boolean> {
    const isInvited = oneIn(2);
    if (isInvited) {
      const owner = await this.requests.ownerToken(firm);
      const { results } = await this.requests.insist(() =>
        this.api.mutate(
          "inviteContacts",
          "InviteContactsInput",
          "results { contact { id } userErrors { code } }",
          { contactIds: [id] },
          owner,
        ),
      );
      if (results[0].contact) this.ledger.acknowledge("INVITE_SENT", id);
    } else {
      const { accepted } = await this.requests.insist(() =>
        this.api.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email }),
      );
      if (accepted) this.ledger.acknowledge("confirmation mail", email);
    }
    const confirmationToken = await this.requests.mailed(
      email,
      isInvited ? /invites you to its client portal/ : /^Create your account/,
      /#token=([\w-]+)/,
    );
    if (confirmationToken === null) return false;
    const made = await this.requests.spend(
      "account token",
      () =>
        this.api.signIn("createPortalAccount", "CreatePortalAccountInput", {
          confirmationToken,
          password: CLIENT_PASSWORD,
        }),
      ({ result }) => result !== null,
    );
    if (made) this.ledger.acknowledge("ACCOUNT_CREATED", id);
    return true;
  }

  /** Signs in through every step that is required; false if this client is stuck (too many mails requested). */
  private async visit(firm: LoadedFirm, client: Client): Promise<boolean> {
    const { result } = await this.requests.insist(() => this.api.portalSignIn(firm, client.email));
    switch (result?.__typename) {
      case "SignedIn":
        this.ledger.count("password sign-ins");
        return true;
      case "TwoFactorRequired":
        return this.proveSecondFactor(firm, client, result.challengeToken);
      case "TwoFactorEnrollmentRequired":
        return this.enroll(client, result);
      default:
        return false;
    }
  }

  private async enroll(
    client: Client,
    { enrollmentToken, emailCodeRequired }: { enrollmentToken: string; emailCodeRequired: boolean },
  ): Promise<boolean> {
    const subject = /^Your code to set up/;
    const emailCode = emailCodeRequired
      ? await this.requests.mailed(client.email, subject, /(\d{3}\s?\d{3})/, client.codeMails)
      : null;
    if (emailCodeRequired) client.codeMails = this.requests.mailsOf(client.email, subject).length;
    if (emailCodeRequired && emailCode === null) return false;
    const { enrollment } = await this.requests.insist(() =>
      this.api.mutate("beginTwoFactorEnrollment", "BeginTwoFactorEnrollmentInput", "enrollment { secret }", {
        enrollmentToken,
        emailCode,
      }),
    );
    if (!enrollment) return false;
    client.secret = enrollment.secret as string;
    client.lastStep = Math.floor(Date.now() / 30_000);
    const code = this.api.code(enrollment.secret);
    const confirmed = await this.requests.spend(
      "enrollment",
      () =>
        this.api.mutate(
          "confirmTwoFactorEnrollment",
          "ConfirmTwoFactorEnrollmentInput",
          "recoveryCodes signedIn { sessionToken }",
          { enrollmentToken, code, transport: "TOKEN" },
        ),
      ({ recoveryCodes }) => recoveryCodes !== null,
    );
    client.recoveryCodes = confirmed?.recoveryCodes ?? [];
    if (confirmed) this.ledger.acknowledge("TWO_FACTOR_ENROLLED", client.id);
    return true;
  }

  private async proveSecondFactor(firm: LoadedFirm, client: Client, challengeToken: string): Promise<boolean> {
    // Two challenges with one code: the code works once, whatever the challenge.
    const other = await this.requests.insist(() => this.api.portalSignIn(firm, client.email));
    const challenges = [challengeToken, (other.result?.challengeToken as string | undefined) ?? challengeToken];
    let uses = 0;
    const nextChallenge = () => challenges[uses++ % 2];
    const step = Math.floor(Date.now() / 30_000);
    const recoveryCode = client.recoveryCodes.at(-1);
    const hasFreshCode = client.secret !== null && step + 1 > client.lastStep;
    if (recoveryCode !== undefined && (oneIn(2) || !hasFreshCode)) {
      client.recoveryCodes.pop();
      const used = await this.requests.spend(
        "recovery code",
        () =>
          this.api.signIn("useRecoveryCode", "UseRecoveryCodeInput", {
            challengeToken: nextChallenge(),
            code: recoveryCode,
          }),
        ({ result }) => result !== null,
      );
      if (used) this.ledger.acknowledge("RECOVERY_CODE_USED", client.id);
      return true;
    }
    if (client.secret === null || !hasFreshCode) return false;
    client.lastStep = step + 1;
    const code = this.api.code(client.secret, 1);
    await this.requests.spend(
      "authenticator code",
      () => this.api.signIn("verifyTwoFactor", "VerifyTwoFactorInput", { challengeToken: nextChallenge(), code }),
      ({ result }) => result !== null,
    );
    return true;
  }

  /** Knows one account's password and guesses codes, two at a time: at most ten guesses may be checked. */
  async guesserStory(firm: LoadedFirm): Promise<void> {
    const contact = await this.requests.newContact(firm);
    if (!(await this.createAccount(firm, contact))) return;
    const victim: Client = { ...contact, secret: null, lastStep: 0, recoveryCodes: [], codeMails: 0 };
    if (!(await this.visit(firm, victim)) || victim.secret === null) return;
    let judged = 0;
    for (;;) {
      const { result } = await this.requests.insist(() => this.api.portalSignIn(firm, victim.email));
      if (result?.__typename !== "TwoFactorRequired") break;
      const guess = () =>
        this.requests
          .once(() =>
            this.api.signIn("verifyTwoFactor", "VerifyTwoFactorInput", {
              challengeToken: result.challengeToken,
              code: "000000",
            }),
          )
          .then(
            ({ userErrors }) => (judged += userErrors[0]?.code === "INVALID_CODE" ? 1 : 0),
            () => undefined,
          );
      await Promise.all([guess(), guess()]);
      await wait(GUESS_EVERY_MS);
    }
    this.ledger.count("guessed accounts that locked");
    if (judged > 10) this.ledger.breach(`${judged} guesses were checked before an account locked`);
  }
}
