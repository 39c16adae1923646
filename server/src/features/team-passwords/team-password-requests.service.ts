import { HOUR_MS, lifetimes, normalizeEmail } from "@gatehouse/shared";
import { sql, table } from "../../platform/database/sql.js";
import { newId } from "../../platform/crypto/ids.js";
import { Refusal } from "../../platform/graphql/failures.js";
import type { Log } from "../../platform/log.js";
import { Worker } from "../../platform/worker.js";
import type { Caller } from "../callers/caller.js";
import { about, findMembersByEmail, findPerson, type Person } from "../people/person.js";
import type { RequestContext } from "../callers/request-context.js";
import type { Work } from "../work/unit-of-work.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { teamPasswordForgotten } from "../mail/team-letters.js";
import { issueToken } from "../mailed-tokens/mailed-tokens.js";
import { knownDevicesOf } from "../devices/known-devices.js";
import type { MailAllowance } from "../limits/mail-allowance.js";
import { actorAs } from "../sign-in/sign-in-actor.js";
import { recordHeldBack, type SuppressedMails } from "../limits/suppressed-mails.service.js";
import { TeamMailRequest } from "./team-mail-request.entity.js";

const AT_ONCE = 100;
/** How soon requests accepted by another instance are processed. */
const POLL_MS = 2000;
/** The team signs in without naming a firm, so all share one place. */
const PLACE = "team";

/** A member who is signed in requests a mail to themselves. */
const isOwnAddress = (caller: Caller, email: string) => caller.kind === "TEAM_MEMBER" && caller.email === email;

const waiting = table(TeamMailRequest);
const TAKE_REQUEST = sql`DELETE FROM ${waiting} WHERE ${waiting.id} = ?`;

/** The team's "Forgot password?": mails a link, which TeamPassword accepts. */
export class TeamPasswordRequests {
  readonly worker: Worker;

  constructor(
    private readonly needs: { work: Work; mailAllowance: MailAllowance; suppressed: SuppressedMails; log: Log },
  ) {
    this.worker = new Worker({
      look: () => this.workOffSome(),
      onError: (error) => needs.log.error({ err: error }, "requests for mail wait for the next attempt"),
      everyMs: POLL_MS,
    });
  }

  /**
   * Gives the same response in the same time, whatever the address: it is looked up later. Refuses an invalid address
   * (INVALID_EMAIL).
   */
  async request(input: { email: string }, context: RequestContext): Promise<void> {
    const { work, mailAllowance, suppressed } = this.needs;
    work.mustSendMail();
    const email = normalizeEmail(input.email);
    if (email === null) throw new Refusal("INVALID_EMAIL", ["input", "email"]);
    const what = "password reset";
    const isOwn = isOwnAddress(context.caller, email) || (await this.isOwnDevice(email, context));
    const wish = { what, place: PLACE, email, isOwn } as const;
    const isSent = await mailAllowance.take(wish, context);
    if (!isSent && !(await suppressed.isFirst({ firmId: PLACE, email, what }))) return;
    await work.do(async (unit) => {
      await unit.manager.insert(TeamMailRequest, {
        id: newId("mailRequest", unit.now),
        email,
        isHeld: !isSent,
        ...context.source,
        createdAt: unit.now,
      });
      unit.afterCommit(() => this.worker.wake());
    });
  }

  private async isOwnDevice(email: string, context: RequestContext): Promise<boolean> {
    const { work } = this.needs;
    for (const { ownerId } of await knownDevicesOf(work.reader, context, "TEAM", work.clock.now()))
      if ((await findPerson(work.reader, "TEAM", ownerId))?.email === email) return true;
    return false;
  }

  private async workOffSome(): Promise<void> {
    if (this.needs.work.isMailOff) return;
    const order = { createdAt: "ASC", id: "ASC" } as const;
    const requests = await this.needs.work.reader.find(TeamMailRequest, { order, take: AT_ONCE });
    for (const request of requests) await this.workOff(request);
    // There may be more.
    if (requests.length === AT_ONCE) this.worker.wake();
  }

  /** The request is deleted in the commit of its effects: once, even with several instances. */
  private async workOff(request: TeamMailRequest): Promise<void> {
    await this.needs.work.do(async (unit) => {
      if ((await unit.affected(TAKE_REQUEST, [request.id])) !== 1) return;
      // Somebody who has not joined yet has only the invitation.
      const people: Person[] = [];
      for (const member of await findMembersByEmail(unit.manager, request.email))
        if ((await loadPolicy(unit.manager, member.firmId)).firmDisabledAt === null) people.push(member);
      // One mail and one password, however many teams; the log of each of them has the event.
      const [person] = people;
      if (!person) return;
      const { firmId, email, ownerId } = person;
      if (request.isHeld) {
        for (const each of people)
          recordHeldBack(unit, { firmId: each.firmId, email, actor: actorAs(each, request), what: "password reset" });
        return;
      }
      const lifetimeMs = lifetimes.passwordReset;
      // Older links keep working until one of them is used: a stranger's repeated request does not break the one in the
      // mailbox.
      const token = await issueToken(unit, { kind: "TEAM_PASSWORD", firmId, email, accountId: ownerId, lifetimeMs });
      const link = unit.links.teamPassword(token);
      const firmName = people.map((each) => each.firmName).join(", ");
      const content = teamPasswordForgotten({ firmName, link, expiresInHours: lifetimeMs / HOUR_MS });
      unit.mail({ firmId, to: email, content });
      for (const each of people)
        unit.record({
          type: "PASSWORD_RESET_REQUESTED",
          ...about(each, actorAs(each, request)),
          data: { email },
        });
    });
  }
}
