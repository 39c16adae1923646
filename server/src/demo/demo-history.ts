import { changesBetween, HOUR_MS, type AuditChange, type AuditEventType, type SignInMethod } from "@gatehouse/shared";
import { accountFacts } from "../features/contacts/account-links.js";
import { newId } from "../platform/crypto/ids.js";
import { systemActor, type Actor, type UnitOfWork } from "../features/work/unit-of-work.js";
import { sendRequest } from "./demo-request.js";
import { DEVICE, momentOf, type DemoScene, type StoredContact } from "./demo-scene.js";

/** Something that happened, and when. */
export interface Happening {
  at: number;
  happen: (unit: UnitOfWork) => Promise<void> | void;
}

/** What happened to the contacts up to now. */
export const happenings = (scene: DemoScene, contacts: StoredContact[]): Happening[] =>
  contacts.flatMap((contact) => historyOf(scene, contact, contacts)).filter(({ at }) => at <= scene.now);

function historyOf(scene: DemoScene, contact: StoredContact, all: readonly StoredContact[]): Happening[] {
  const { firm, now } = scene;
  const { facts, index, accountId } = contact;
  const email = facts.email;
  if (email === null) return [];
  const client: Actor = { kind: "CLIENT", id: accountId, name: email, ipAddress: "198.51.100.7", userAgent: DEVICE };
  const history: Happening[] = [];
  const about = { firmId: firm.id, contactId: contact.id, accountId };
  const add = (
    day: number,
    type: AuditEventType & ("ACCOUNT_CREATED" | "TWO_FACTOR_ENROLLED" | "INVITE_SENT"),
    actor: Actor,
    { methods, changes }: { methods?: SignInMethod[]; changes?: AuditChange[] } = {},
  ) =>
    history.push({
      at: momentOf(now, index, day),
      happen: (unit) =>
        unit.record({
          type,
          ...about,
          actor,
          ...(methods && { methods }),
          ...(changes && { changes }),
          data: { email },
        }),
    });
  if (facts.isInvited) add(1, "INVITE_SENT", scene.actor);
  if (accountId !== null && !facts.sharesAccount) {
    const served = all.filter((other) => other.accountId === accountId);
    add(2, "ACCOUNT_CREATED", client, {
      methods: ["INVITATION"],
      changes: changesBetween({}, accountFacts(email, served)),
    });
    if (facts.isEnrolled) add(4, "TWO_FACTOR_ENROLLED", client, { methods: ["TOTP"] });
    if (index % 3 === 0)
      history.push({
        at: momentOf(now, index, 20),
        happen: (unit) =>
          unit.record({
            type: "SIGN_IN_SUCCEEDED",
            ...about,
            actor: client,
            methods: facts.isEnrolled ? ["PASSWORD", "TOTP"] : ["PASSWORD"],
            data: { email, door: "PASSWORD", sessionId: newId("session", unit.now) },
          }),
      });
    if (facts.isLocked)
      history.push({
        at: now - HOUR_MS,
        happen: (unit) =>
          unit.record({
            type: "ACCOUNT_LOCKED",
            ...about,
            actor: { ...systemActor, ipAddress: "203.0.113.66", userAgent: null },
            data: { email, minutes: 1440, what: "second factor" },
          }),
      });
  }
  if (facts.hasRequest)
    history.push({ at: momentOf(now, index, 8), happen: (unit) => sendRequest(unit, scene, contact, email, false) });
  if (email === "maya@client.example")
    history.push({ at: now, happen: (unit) => sendRequest(unit, scene, contact, email, true) });
  return history;
}
