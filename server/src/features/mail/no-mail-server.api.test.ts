import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { OutboxMail } from "./outbox-mail.entity.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { codesOf, OWNER_PASSWORD, World, type Data } from "../../testing/world.js";

const NO_MAIL = ["MAIL_NOT_CONFIGURED"];

describeOnDatabases("a server whose operator has said that there is no mail server", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url(), { mail: { kind: "none" } });
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const events = async (): Promise<string[]> => {
    const { data } = await world.ask("{ auditEvents(first: 50) { nodes { type } } }", {}, owner);
    return data.auditEvents.nodes.map(({ type }: Data) => type);
  };

  it("refuses an invitation: the contact is not marked as invited, and the log says nothing of one", async () => {
    const { id } = await world.contact(owner);
    const answer = await world.mutate(
      "inviteContacts",
      "InviteContactsInput",
      "results { contact { id } }",
      { contactIds: [id] },
      owner,
    );
    expect(codesOf(answer)).toEqual(NO_MAIL);
    expect(answer.userErrors[0].message).toBe(
      "This server does not send email, so nothing was done. Ask the people who run it.",
    );
    const { data } = await world.ask("query($id: ID!) { contact(id: $id) { portalAccessState } }", { id }, owner);
    expect(data.contact.portalAccessState).toBe("NOT_INVITED");
    expect(await events()).not.toContain("INVITE_SENT");
  });

  it("refuses everything else whose point is a mail, and writes none of it", async () => {
    const { id: contactId, email } = await world.contact(owner);
    const before = await events();
    const request = { contactId, title: "2025 documents", items: ["W-2"] };
    const colleague = { name: "Ada Admin", email: "ada@team.example", role: "STAFF" };
    const member = await world.member(firm.id, "STAFF");
    const { data } = await world.ask("{ teamMembers { id email } }", {}, owner);
    const memberId = data.teamMembers.find((each: Data) => each.email === member).id;
    for (const [mutation, input, variables, token] of [
      ["sendClientRequest", "SendClientRequestInput", request, owner],
      ["inviteTeamMember", "InviteTeamMemberInput", colleague, owner],
      ["sendTeamPasswordLink", "TeamMemberIdInput", { memberId }, owner],
      ["requestPortalAccount", "PortalEmailInput", { firmSlug: firm.slug, email }, undefined],
      ["requestPasswordReset", "PortalEmailInput", { firmSlug: firm.slug, email }, undefined],
      ["requestTeamPasswordReset", "TeamEmailInput", { email: firm.owner }, undefined],
      ["requestPasswordReset", "PortalEmailInput", { firmSlug: firm.slug, email: "nobody@a.example" }, undefined],
    ] as const)
      expect([mutation, codesOf(await world.mutate(mutation, input, "", variables, token))]).toEqual([
        mutation,
        NO_MAIL,
      ]);
    expect(await events()).toEqual(before);
  });

  it("does what a mail would only have reported, and keeps no mail", async () => {
    const changed = await world.mutate(
      "changePassword",
      "ChangePasswordInput",
      "",
      { currentPassword: OWNER_PASSWORD, newPassword: "another long owner password" },
      owner,
    );
    expect(codesOf(changed)).toEqual([]);
    expect(await world.app.work.reader.count(OutboxMail)).toBe(0);
  });
});
