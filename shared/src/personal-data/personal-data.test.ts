import { describe, expect, it } from "@jest/globals";
import { erasedWith, givenTo, personalThings, type EventOfPerson } from "./personal-data.js";

describe("X77 a client who is deleted", () => {
  const contactId = "con_maya";
  const login = "acc_maya";
  const event = (given: Partial<EventOfPerson>): EventOfPerson => ({
    contactId: null,
    accountId: null,
    actorKind: "TEAM_MEMBER",
    actorId: "mem_olive",
    type: "CONTACT_UPDATED",
    data: {},
    namesAddress: false,
    isOthersLogin: false,
    ...given,
  });
  const byMaya = { actorKind: "CLIENT", actorId: login };
  const byLink = { actorKind: "CLIENT", actorId: null };

  const byBen = { actorKind: "CLIENT", actorId: "acc_ben" };
  const signIn = { type: "SIGN_IN_SUCCEEDED", contactId, accountId: login } as const;

  const table: [what: string, of: EventOfPerson, alone: string, shared: string][] = [
    ["an act of the firm on the contact", event({ contactId }), "subject", "subject"],
    ["an act of the firm on contact and login", event({ contactId, accountId: login }), "subject", "subject"],
    ["the client's own act", event({ contactId, accountId: login, ...byMaya }), "subject actor", "subject actor"],
    ["a link that the client opened", event({ contactId, ...byLink }), "subject actor", "subject actor"],
    ["a sign-in", event({ ...signIn, ...byMaya }), "subject actor", ""],
    [
      "a sign-in by a link",
      event({ ...signIn, ...byMaya, data: { requestId: "req" } }),
      "subject actor",
      "subject actor",
    ],
    ["a reset of 2FA", event({ ...signIn, type: "TWO_FACTOR_RESET" }), "subject", ""],
    [
      "a sign-in to an earlier login",
      event({ ...signIn, accountId: "acc_earlier", ...byLink }),
      "subject actor",
      "subject actor",
    ],
    [
      "a sign-in to a login that the contact left to another one",
      event({ ...signIn, accountId: "acc_left", isOthersLogin: true, ...byLink }),
      "",
      "",
    ],
    [
      "a sign-in that names another contact",
      event({ ...signIn, contactId: "con_ben", ...byMaya }),
      "subject actor",
      "",
    ],
    ["a failed sign-in with the address", event({ ...byLink, namesAddress: true }), "subject actor", "subject actor"],
    ["a failed sign-in with another address", event({ ...byLink }), "", ""],
    ["another contact's event that names the address", event({ contactId: "con_ben", namesAddress: true }), "", ""],
    ["an act of the firm on the login alone", event({ accountId: login }), "subject", ""],
    ["an act of the login without a contact", event({ accountId: login, ...byMaya }), "subject actor", ""],
    ["what the login did about another contact", event({ contactId: "con_ben", ...byMaya }), "actor", ""],
    [
      "what the firm did about another contact with the login",
      event({ contactId: "con_ben", accountId: login }),
      "",
      "",
    ],
    ["what another client did", event({ contactId: "con_ben", ...byBen }), "", ""],
    ["what another client did by a link", event({ contactId: "con_ben", ...byLink }), "", ""],
    ["the deletion", event({ type: "CONTACT_DELETED", contactId, accountId: login }), "", ""],
    ["a change of the firm's settings", event({}), "", ""],
  ];
  it.each(table)(
    "takes along, of %s, the facts: alone %j %s, with another contact at the login %s",
    (_, of, ...said) => {
      const facts = (accountId: string | null, keptAccountId: string | null) => {
        const { subject, actor } = erasedWith({ contactId, accountId, keptAccountId }, of);
        return [subject && "subject", actor && "actor"].filter(Boolean).join(" ");
      };
      expect([facts(login, null), facts(null, login)]).toEqual(said);
    },
  );

  it("leaves nothing without a reason, and nothing of the login that only the contact had", () => {
    const things = Object.values(personalThings);
    const kept = things.flatMap(({ alone }) => (typeof alone === "string" ? [] : [alone.staysBecause]));
    expect(kept.filter((reason) => !/^[A-Z].+\.$/.test(reason))).toEqual([]);
    expect(kept).not.toContain("Another contact has the login.");
    expect(new Set(things.map(({ title }) => title)).size).toBe(things.length);
  });
});

describe("X87 a client who asks for their data", () => {
  const person = { contactId: "con_maya", accountId: "acc_maya", keptAccountId: null };
  const act = (actorId: string | null, actorName: string, given: Partial<EventOfPerson> = {}) => ({
    type: "REQUEST_ITEM_DONE" as const,
    contactId: person.contactId,
    accountId: null,
    actorKind: "CLIENT",
    data: {},
    namesAddress: false,
    isOthersLogin: false,
    ...given,
    actorId,
    actorName,
  });
  const signIn = { type: "SIGN_IN_SUCCEEDED" } as const;
  it.each([
    ["their own act", act("acc_maya", "maya@client.example"), "subject actor"],
    ["their own act by a link", act(null, "maya@client.example"), "subject actor"],
    ["what another login did while it reached their request", act("acc_bob", "bob@client.example"), "subject"],
    ["a link that was opened at a wrong address", act(null, "stranger@elsewhere.example"), "subject"],
    ["their sign-in", act("acc_maya", "maya@client.example", { ...signIn, accountId: "acc_maya" }), "subject actor"],
    [
      "a sign-in to a login that they left",
      act("acc_bob", "maya@client.example", { ...signIn, accountId: "acc_bob" }),
      "",
    ],
    [
      "a failed sign-in with their address",
      act(null, "maya@client.example", { ...signIn, contactId: null, namesAddress: true }),
      "subject actor",
    ],
  ])("is given, of %s, the facts", (_, event, facts) => {
    const { subject, actor } = givenTo(person, ["maya@client.example"], event);
    expect([subject && "subject", actor && "actor"].filter(Boolean).join(" ")).toBe(facts);
  });
});
