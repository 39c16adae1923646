import { MINUTE_MS } from "@gatehouse/shared";
import { select, table } from "../../platform/database/sql.js";
import type { Log } from "../../platform/log.js";
import { Worker } from "../../platform/worker.js";
import type { Work } from "../work/unit-of-work.js";
import { eraseSome } from "./erase-person.js";
import { PersonErasure } from "./person-erasure.entity.js";

/** In one transaction, while which the firm's other acts wait. */
const ERASED_AT_ONCE = 200;
const p = table(PersonErasure);
const DUE = select({ firmId: p.firmId, contactId: p.contactId })
  .from`${p} WHERE ${p.dueAt} <= ? ORDER BY ${p.dueAt} LIMIT 100`;

/** Erases what the log says about deleted people, page by page: if a server ends meanwhile, another one goes on. */
export class PersonErasures {
  readonly worker: Worker;

  constructor(private readonly needs: { work: Work; log: Log }) {
    this.worker = new Worker({
      look: () => this.run(),
      onError: (error) => needs.log.warn({ err: error }, "a deleted person's facts are erased later"),
      everyMs: MINUTE_MS,
    });
  }

  /** Does what is due. */
  async run(): Promise<void> {
    const { work } = this.needs;
    for (const { firmId, contactId } of await work.unpreparedRows(DUE, [work.clock.now()]))
      while (
        !this.worker.stopping.aborted &&
        (await work.do((unit) => eraseSome(unit, firmId, contactId, ERASED_AT_ONCE)))
      );
  }
}
