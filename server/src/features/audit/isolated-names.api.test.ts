import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";

const FIRM = "משרד כהן";
const NAME = "משה (2026)";
/** As an old row may still have it: everything after it would be read backwards. */
const OVERRIDE = "invoice\u202Egpj.exe";
const DIRECTS = /[\u202A-\u202E\u2066\u2067]/;

describeOnDatabases("a name that is written from right to left", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    await write("UPDATE firms SET name = ? WHERE id = ?", [FIRM, firm.id]);
  });
  afterAll(() => world.stop());

  const write = (statement: string, values: unknown[]) =>
    world.app.work.do((unit) => unit.manager.query(statement, values));
  const summaries = async (): Promise<string[]> => {
    const { data } = await world.ask("{ auditEvents(first: 5) { nodes { summary } } }", {}, owner);
    return data.auditEvents.nodes.map(({ summary }: { summary: string }) => summary);
  };

  it("stands isolated in sentences of the log, in its file and in mails, and alone in fields", async () => {
    const { id, email } = await world.contact(owner, NAME);
    const request = { contactId: id, title: "דוח 2025", items: ["Invoices"] };
    await world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", request, owner);
    const [sent, created] = await summaries();
    expect(created).toBe(`Olive Owner created the contact \u2068${NAME}\u2069.`);
    expect(sent).toBe(`Olive Owner sent "\u2068דוח 2025\u2069" to \u2068${NAME}\u2069 (${email}).`);

    const { data } = await world.ask("query($id: ID!) { contact(id: $id) { name } }", { id }, owner);
    expect(data.contact.name).toBe(NAME);
    const mail = await world.mail(email, /./);
    expect(mail.subject).toContain(`\u2068${FIRM}\u2069`);
    expect(mail.text).toContain(`\u2068${NAME}\u2069,`);
    expect(mail.text).toContain(`\u2068${FIRM}\u2069 uses Gatehouse`);

    const file = await (
      await world.raw({ path: "/audit-log.csv", headers: { authorization: `Bearer ${owner}` } })
    ).text();
    expect(file).toContain(`created the contact \u2068${NAME}\u2069.`);
  });

  it("and one that reverses what follows it, from before such names were refused, reverses nothing", async () => {
    const { id, email } = await world.contact(owner);
    await write("UPDATE contacts SET name = ? WHERE id = ?", [OVERRIDE, id]);
    const request = { contactId: id, title: "Papers", items: ["Invoices"] };
    await world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", request, owner);
    const [sent] = await summaries();
    expect(sent).toBe(`Olive Owner sent "Papers" to \u2068invoicegpj.exe\u2069 (${email}).`);
    const { subject, text } = await world.mail(email, /./);
    expect(text).toContain("\u2068invoicegpj.exe\u2069,");
    expect([DIRECTS.test(subject), DIRECTS.test(text)]).toEqual([false, false]);
    // Fields hold what is stored, so that it can be seen and mended.
    const { data } = await world.ask("query($id: ID!) { contact(id: $id) { name } }", { id }, owner);
    expect(data.contact.name).toBe(OVERRIDE);
  });
});
