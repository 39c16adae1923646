import { setTimeout as wait } from "node:timers/promises";
import { buildSchema } from "graphql";
import type { LogLine } from "../../features/checkpoints/log-file.js";
import { AuditEvent } from "../../features/audit/audit-event.entity.js";
import { readLog } from "../../features/checkpoints/read-log.js";
import { readRepositoryFile } from "../repository-files.js";
import { Chance } from "./chance.js";
import { firmActs, operatorsActs } from "./firm-acts.js";
import { at, differences, type Difference, type FirmState } from "./firm-state.js";
import { ownActs } from "./own-acts.js";
import { eventOfLine, eventOfRow, replay, type LoggedEvent } from "./replay.js";
import type { Stage } from "./stage.js";
import { stateOfTables } from "./state-of-tables.js";
import { PASSWORDS, Walk, type Act, type WalkedFirm } from "./walk.js";

const schema = buildSchema(readRepositoryFile("server/schema.graphql"));
/** Every mutation of the schema. */
export const mutationNames = Object.keys(schema.getMutationType()?.getFields() ?? {});
const LOOKS = 200;
const LATELY = 10;
const KILLED_ONE_IN = 25;
const LATEST_KILL_MS = 300;

/** So that there is somebody to act, and something to act on. */
const peopled = [
  ...Array<string>(12).fill("createContact"),
  ...Array<string>(8).fill("createPortalAccount"),
  ...Array<string>(6).fill("sendClientRequest"),
  ...Array<string>(6).fill("confirmTwoFactorEnrollment"),
];

/** Two firms, a random walk through everything in them, and a reader who sees only their logs. */
export class ReplayWalk {
  readonly walk: Walk;
  private readonly acts: Record<string, Act>;
  private waiting: string[] = [];
  kills = 0;
  /** The acts, newest last. */
  readonly story: string[] = [];

  private constructor(
    private readonly stage: Stage,
    private readonly firms: readonly WalkedFirm[],
    private readonly chance: Chance,
  ) {
    this.walk = new Walk(stage, schema, chance, firms);
    this.acts = { ...firmActs(this.walk), ...ownActs(this.walk), ...operatorsActs(this.walk) };
  }

  static async begin(stage: Stage, seed: number): Promise<ReplayWalk> {
    const firms: WalkedFirm[] = [];
    for (const [index, plan] of (["BUSINESS", "ENTERPRISE"] as const).entries()) {
      const slug = `walk-${index}`;
      const { firm } = await stage.commands.create({
        slug,
        name: "Harbor & Pine",
        plan,
        ownerName: "Olive Owner",
        ownerEmail: `owner@${slug}.example`,
        ownerPassword: PASSWORDS[0],
      });
      const both = {
        slug,
        name: "Bo Both",
        email: "both@team.example",
        role: "OWNER",
        password: PASSWORDS[0],
      } as const;
      await stage.commands.addMember(both);
      firms.push({ id: firm.id, slug });
    }
    const walked = new ReplayWalk(stage, firms, new Chance(seed));
    for (const name of peopled) await walked.act(name);
    return walked;
  }

  private async act(name: string): Promise<void> {
    await this.acts[name]?.();
  }

  get actNames(): string[] {
    return Object.keys(this.acts);
  }

  /**
   * One act, or a few at once; then some time passes. Each act has its turn before any has another. `kills`: now and then
   * the server is killed meanwhile.
   */
  async step({ kills = false } = {}): Promise<void> {
    const { chance } = this;
    if (this.waiting.length === 0) this.waiting = chance.shuffled(this.actNames);
    const names = this.waiting.splice(0, chance.oneIn(6) ? 3 : 1);
    if (this.story.at(-2)?.includes("firm disable")) names.push("firm enable");
    this.story.push(names.join(" || "));
    const isKilled = kills && chance.oneIn(KILLED_ONE_IN);
    if (isKilled) this.kills += 1;
    await Promise.all([
      ...names.map((name) => this.act(name)),
      isKilled && this.stage.kill(chance.below(LATEST_KILL_MS)),
    ]);
    const minutes = chance.oneIn(60) ? chance.below(600) : chance.oneIn(4) ? chance.below(15) : 0;
    this.stage.forward(minutes * 60 + chance.below(20));
  }

  /**
   * Where log and tables differ, with the last event about each thing; empty: nowhere. `retold`: what the reader is told
   * in place of an event.
   */
  async compare(retold = (event: LoggedEvent): LoggedEvent => event): Promise<string[]> {
    const said: string[] = [];
    for (const firm of this.firms) {
      const { events, tables, now } = await this.read(firm);
      const found = differences(at(replay(events.map(retold)), now), at(tables, now));
      said.push(...found.map((difference) => this.say(firm, difference, events)));
    }
    return said;
  }

  /** The log and the tables of the same moment: looks again if something was committed between. */
  private async read({ id }: WalkedFirm): Promise<{ events: LoggedEvent[]; tables: FirmState; now: number }> {
    const { database, api } = this.stage;
    const lastSeq = async () =>
      Number((await this.walk.rows("SELECT lastSeq FROM audit_counters WHERE firmId = ?", [id]))[0]?.lastSeq);
    for (let look = 0; look < LOOKS; look++) {
      const before = await lastSeq();
      const tables = await stateOfTables(database, id);
      const rows = await database.manager.find(AuditEvent, { where: { firmId: id }, order: { seq: "ASC" } });
      const now = api.now();
      if ((await lastSeq()) === before && rows.length === before) return { events: rows.map(eventOfRow), tables, now };
      await wait(20);
    }
    throw new Error("the firm's log never rests");
  }

  /** What happened lately, and what was found then. */
  tell(act: number, found: readonly string[]): string {
    return [`after act ${act}, lately:`, ...this.story.slice(-LATELY), ...found].join("\n");
  }

  private say(
    { slug }: WalkedFirm,
    { kind, id, field, log, tables }: Difference,
    events: readonly LoggedEvent[],
  ): string {
    const last = events.findLast((event) => JSON.stringify(event).includes(id));
    const about = last ? `${last.type} (${last.seq}) ${JSON.stringify(last.data)}` : "none";
    return `${slug} ${kind} ${id}: ${field} is ${JSON.stringify(log)} by the log, ${JSON.stringify(tables)} in the tables; the last event about it: ${about}`;
  }

  /** The same from a file that somebody of the firm downloads. */
  async compareFile(): Promise<string[]> {
    const said: string[] = [];
    for (const firm of this.firms) {
      // Read as the export does: the walk may have left the firm with rules that let no new colleague in.
      const events: LoggedEvent[] = [];
      const range = { afterSeq: 0, throughSeq: Number.MAX_SAFE_INTEGER };
      for await (const lines of readLog(this.stage.database.manager, firm.id, range))
        events.push(...lines.map((line) => eventOfLine(JSON.parse(JSON.stringify(line)) as LogLine)));
      const { tables, now } = await this.read(firm);
      const found = differences(at(replay(events), now), at(tables, now));
      said.push(...found.map((difference) => this.say(firm, difference, events)));
    }
    return said;
  }
}
