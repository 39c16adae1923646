import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { normalizeLine } from "@gatehouse/shared";
import { describeOnDatabases } from "../databases.js";
import { SmtpSink } from "../services.js";
import { until, World, type Data } from "../world.js";
import { sampleTexts } from "./world-texts.js";

const SEED = Number(process.env.FUZZ_SEED ?? 13);
const TITLES = 40;

/** Another program's reading of the raw mails: subject, text and HTML. */
const readMails = (mails: readonly string[]): { subject: string; text: string; html: string }[] =>
  JSON.parse(
    execFileSync(
      "/usr/bin/python3",
      [
        "-c",
        `import sys, json, email, email.policy
read = [email.message_from_bytes(raw.encode("latin1"), policy=email.policy.default) for raw in json.load(sys.stdin)]
print(json.dumps([{"subject": m["Subject"], "text": m.get_body(("plain",)).get_content(), "html": m.get_body(("html",)).get_content()} for m in read]))`,
      ],
      { input: JSON.stringify(mails), encoding: "utf8", maxBuffer: 2 ** 28 },
    ),
  ) as { subject: string; text: string; html: string }[];

/** What two texts have in common that show the same letters: mails fold blanks and leave direction marks out. */
const letters = (text: string): string =>
  text.replaceAll(/[\s\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu, "");
const asHtml = (text: string): string =>
  text.replaceAll(
    /[&<>"']/g,
    (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[character] ?? "",
  );

describeOnDatabases("mails with texts of every kind", (database) => {
  let world: World;
  let sink: SmtpSink;
  beforeAll(async () => {
    sink = await SmtpSink.start();
    world = await World.start(database.url(), { sourceLimitFactor: 1_000_000, smtpUrl: sink.url });
  });
  afterAll(async () => {
    await world.stop();
    await sink.stop();
  });

  it(`arrive with what was written, seed ${SEED}`, async () => {
    const owner = await world.ownerToken(await world.firm());
    const sent = new Map<string, string>();
    for (const text of sampleTexts(TITLES, SEED)) {
      const { id: contactId, email } = await world.contact(owner);
      const input = { contactId, title: text, items: [text] };
      const answer: Data = await world.mutate(
        "sendClientRequest",
        "SendClientRequestInput",
        "request { id }",
        input,
        owner,
      );
      if (answer.request) sent.set(email, normalizeLine(text));
    }
    expect(sent.size).toBeGreaterThan(TITLES / 5);
    await until(() => [...sent.keys()].every((email) => sink.mails.some(({ to }) => to === email)));
    const received = sink.mails.filter(({ to }) => sent.has(to));
    const read = readMails(received.map(({ raw }) => raw));
    for (const [at, { to }] of received.entries()) {
      const title = sent.get(to) ?? "";
      const { subject, text, html } = read[at] ?? { subject: "", text: "", html: "" };
      expect([title, letters(text).includes(letters(title))]).toEqual([title, true]);
      expect([title, letters(html).includes(letters(asHtml(title)))]).toEqual([title, true]);
      // A subject has 150 characters.
      const beginning = [...letters(title)].slice(0, 60).join("");
      expect([title, letters(subject).includes(beginning)]).toEqual([title, true]);
    }
  }, 120_000);
});
