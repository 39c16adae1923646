import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { codesOf, World, WORLD_KEYS } from "../../testing/world.js";
import { readCheckpoints } from "../checkpoints/log-file.js";
import { signatureVerdict } from "../audit-chain/checkpoint.js";
import { Checkpoints } from "../checkpoints/checkpoints.service.js";
import { CheckpointMails } from "./checkpoint-mails.service.js";

describeOnDatabases("checkpoints of the log by mail", (database) => {
  let world: World;
  let checkpoints: Checkpoints;
  beforeAll(async () => {
    world = await World.start(database.url());
    checkpoints = new Checkpoints({ work: world.app.work, keys: WORLD_KEYS });
  });
  afterAll(() => world?.stop());

  const look = () => new CheckpointMails({ work: world.app.work, checkpoints }).mailDue(new AbortController().signal);
  const turn = (isOn: boolean, token: string) =>
    world.mutate("setCheckpointMail", "CheckpointMailInput", "firm { mailsCheckpoints }", { isOn }, token);

  it("come once a day to those who may change something, while something happens, and can be compared with the log", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const staff = await world.member(firm.id, "STAFF");
    const mailsOf = async (email: string) =>
      (await world.mails(email)).filter(({ subject }) => subject.startsWith("Checkpoint of the audit log"));
    await look();
    expect(await mailsOf(firm.owner)).toEqual([]);
    expect((await turn(true, owner)).firm).toEqual({ mailsCheckpoints: true });
    await look();
    await look();
    const [first, ...more] = await mailsOf(firm.owner);
    expect(more).toEqual([]);
    const [kept] = readCheckpoints(first?.text ?? "", "");
    expect(kept).toBeDefined();
    if (!kept) return;
    expect([kept.firmId, signatureVerdict(kept, await checkpoints.publicKeys())]).toEqual([firm.id, "right"]);
    expect(await mailsOf(staff)).toEqual([]);
    await world.contact(owner);
    await look();
    expect(await mailsOf(firm.owner)).toHaveLength(1);
    world.forward({ minutes: 25 * 60 });
    await look();
    expect(await mailsOf(firm.owner)).toHaveLength(2);
    // Nothing has happened since.
    world.forward({ minutes: 25 * 60 });
    await look();
    expect(await mailsOf(firm.owner)).toHaveLength(2);
    const again = await world.ownerToken(firm);
    await turn(false, again);
    world.forward({ minutes: 25 * 60 });
    await look();
    expect(await mailsOf(firm.owner)).toHaveLength(2);
    const { data } = await world.ask(
      "{ auditEvents(filter: { types: [CHECKPOINT_MAIL_CHANGED] }) { nodes { summary changes { field before after } } } }",
      {},
      await world.ownerToken(firm),
    );
    expect(data.auditEvents.nodes).toEqual([
      {
        summary: "Olive Owner turned off the daily mail with a checkpoint of the log.",
        changes: [{ field: "mailsCheckpoints", before: true, after: false }],
      },
      {
        summary: "Olive Owner turned on the daily mail with a checkpoint of the log.",
        changes: [{ field: "mailsCheckpoints", before: false, after: true }],
      },
    ]);
  });

  it("cannot be turned on where the server sends no mail", async () => {
    const silent = await World.start(database.url(), { mail: { kind: "none" } });
    try {
      const firm = await silent.firm();
      const answer = await silent.mutate(
        "setCheckpointMail",
        "CheckpointMailInput",
        "firm { id }",
        { isOn: true },
        await silent.ownerToken(firm),
      );
      expect(codesOf(answer)).toEqual(["MAIL_NOT_CONFIGURED"]);
    } finally {
      await silent.stop();
    }
  });
});
