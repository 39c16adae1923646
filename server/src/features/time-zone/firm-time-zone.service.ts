import { changesBetween, usableTimeZone } from "@gatehouse/shared";
import { forUpdate } from "../../platform/database/dialect.js";
import { asFirmCaller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { Firm } from "../firms/firm.entity.js";
import type { Work } from "../work/unit-of-work.js";
import { mustReadTimeZone } from "./must-read-time-zone.js";

/** The zone in which a firm's days are counted and shown. */
export class FirmTimeZone {
  constructor(private readonly work: Work) {}

  /** Sets it. Returns the firm's id. Refuses with INVALID_INPUT what names no zone. */
  async set(given: string, context: RequestContext): Promise<string> {
    const { firmId } = asFirmCaller(context.caller);
    const to = mustReadTimeZone(given);
    await this.work.do(async (unit) => {
      const firm = await unit.manager.findOneOrFail(Firm, { where: { id: firmId }, ...forUpdate(unit.manager) });
      const from = usableTimeZone(firm.timeZone);
      if (from === to) return;
      await unit.manager.update(Firm, { id: firmId }, { timeZone: to });
      unit.record({
        type: "TIME_ZONE_CHANGED",
        firmId,
        actor: actorIn(context),
        changes: changesBetween({ timeZone: from }, { timeZone: to }),
        data: { from, to },
      });
    });
    return firmId;
  }
}
