import { changesBetween, doorOfAccountByLink, methodsProven, type SessionTransport } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { isUniqueViolation } from "../../platform/database/dialect.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { about, type Person } from "../people/person.js";
import type { RequestContext } from "../callers/request-context.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { accountFacts, linkAccount } from "../contacts/account-links.js";
import { Firm } from "../firms/firm.entity.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import { notify } from "../mail/security-notices.js";
import { accountCreatedByLink } from "../mail/security-letters.js";
import { accountTokens, findToken, spendToken, voidTokens } from "../mailed-tokens/mailed-tokens.js";
import { shareOfPerson } from "../passwords/hash-share.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import { mustBeGoodPassword, storePassword } from "../passwords/passwords.js";
import { listedIfAny } from "../sessions/end-sessions.js";
import { Session } from "../sessions/session.entity.js";
import type { Sessions } from "../sessions/sessions.service.js";
import type { AccountDoor, AccountDoors } from "../sign-in/account-door.js";
import { mustAllowLogin } from "../security-mode/must-allow-login.js";
import { actorAs } from "../sign-in/sign-in-actor.js";
import type { SignInOutcome } from "../sign-in/sign-in.results.js";
import type { SourceLimits } from "../limits/source-limits.js";
import { transportOf } from "../sign-in/transport.js";
import { createState } from "../two-factor/second-factor.service.js";
import { PortalAccount } from "./portal-account.entity.js";

/** What proves the mailbox of a new account: a mailed token, or a session opened by a magic link. */
interface MailboxProof {
  firmId: string;
  email: string;
  /** The request of the magic link that proved it. */
  landingRequestId: string | null;
  /** By which mail the account is created; with a magic link it depends on when that was claimed. */
  door: AccountDoors;
  isByLink: boolean;
  /** Returns the ids of the sessions that ended for it. */
  spend: (unit: UnitOfWork) => Promise<string[]>;
}

/** Creates a client's account once the mailbox is proven. */
export class AccountCreation {
  constructor(
    private readonly needs: {
      work: Work;
      hasher: PasswordHasher;
      sessions: Sessions;
      sourceLimits: SourceLimits;
      door: AccountDoor;
    },
  ) {}

  /** Creates the account and continues to sign in as the firm's mode requires. */
  async create(
    input: { confirmationToken?: string | null; password: string; transport?: SessionTransport | null },
    context: RequestContext,
  ): Promise<SignInOutcome> {
    const { work, hasher, sourceLimits, door } = this.needs;
    const transport = transportOf(input.transport, context);
    return sourceLimits.guard("token", context, async () => {
      const proof = await this.proofOfMailbox(input.confirmationToken, context);
      mustAllowLogin(await loadPolicy(work.reader, proof.firmId));
      const firm = await work.reader.findOneByOrFail(Firm, { id: proof.firmId });
      mustBeGoodPassword(input.password, { email: proof.email, firmName: firm.name }, ["input", "password"]);
      const stored = await hasher.hash(
        input.password,
        shareOfPerson(context, { firmId: firm.id, who: `${firm.id} ${proof.email}` }),
      );
      return work.do(async (unit) => {
        // The policy is locked before anything else, as wherever a session may be opened.
        mustAllowLogin(await loadPolicy(unit.manager, firm.id, { lock: "share" }));
        const endedSessionIds = await proof.spend(unit);
        const account = unit.manager.create(PortalAccount, {
          id: newId("portalAccount", unit.now),
          firmId: firm.id,
          email: proof.email,
          createdAt: unit.now,
          lastSignInAt: null,
          unlinkedAt: null,
        });
        try {
          await unit.manager.insert(PortalAccount, account);
        } catch (error) {
          if (isUniqueViolation(error)) throw new Refusal("ALREADY_EXISTS", null, (say) => say.accountExists);
          throw error;
        }
        const person: Person = {
          audience: "PORTAL",
          ownerId: account.id,
          credentialId: account.id,
          firmId: firm.id,
          firmName: firm.name,
          firmSlug: firm.slug,
          email: account.email,
          role: null,
          accountId: account.id,
        };
        await storePassword(unit, account.id, stored);
        await createState(unit, person);
        const linked = await linkAccount(unit, firm.id, account.email, account.id);
        await voidTokens(unit, firm.id, account.email, accountTokens);
        const actor = actorAs(person, context.source);
        unit.record({
          type: "ACCOUNT_CREATED",
          ...about(person, actor),
          changes: changesBetween({}, accountFacts(account.email, linked)),
          methods: methodsProven({ act: proof.door, second: "NONE" }),
          data: { email: account.email, ...listedIfAny(endedSessionIds) },
        });
        // A device that claimed a link may be in somebody else's hands, so the mailbox is notified.
        if (proof.isByLink) await notify(unit, person, actor, accountCreatedByLink);
        const { landingRequestId } = proof;
        return door.enter(unit, { person, door: proof.door, transport, context, landingRequestId });
      });
    });
  }

  private async proofOfMailbox(
    confirmationToken: string | null | undefined,
    { caller }: RequestContext,
  ): Promise<MailboxProof> {
    const { work, sessions } = this.needs;
    const field = ["input", "confirmationToken"];
    if (confirmationToken != null) {
      const token = await findToken(work, confirmationToken, accountTokens);
      if (!token) throw new Refusal("TOKEN_INVALID", field);
      const { firmId, email, magicLinkId } = token;
      const link = magicLinkId === null ? null : await work.reader.findOneBy(MagicLink, { id: magicLinkId, firmId });
      return {
        firmId,
        email,
        landingRequestId: link?.requestId ?? null,
        door: token.kind === "MAGIC_LINK" ? this.doorByLink(link) : "ACCOUNT_CREATION",
        isByLink: token.kind === "MAGIC_LINK",
        spend: async (unit) => {
          await spendToken(unit, token, field);
          return [];
        },
      };
    }
    if (caller.kind !== "CLIENT" || caller.accountId !== null) throw new Refusal("TOKEN_INVALID", field);
    const { firmId, email, sessionId, requestId } = caller;
    const session = await work.reader.findOneBy(Session, { id: sessionId, firmId });
    const link = await work.reader.findOneBy(MagicLink, { id: session?.magicLinkId ?? "", firmId });
    const spend = async (unit: UnitOfWork) => {
      // The link's session is exchanged for the account's.
      if (!(await sessions.end(unit, sessionId))) throw new Refusal("TOKEN_INVALID", field);
      return [sessionId];
    };
    return { firmId, email, landingRequestId: requestId, door: this.doorByLink(link), isByLink: true, spend };
  }

  private doorByLink(link: MagicLink | null) {
    return doorOfAccountByLink({ claimedAt: link?.claimedAt ?? null, now: this.needs.work.clock.now() });
  }
}
