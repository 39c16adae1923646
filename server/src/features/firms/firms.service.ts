import { select, table } from "../../platform/database/sql.js";
import { FirmGone } from "../work/firm-gone.js";
import type { Work } from "../work/unit-of-work.js";
import { loadPolicy } from "./security-policy.reader.js";
import { Firm } from "./firm.entity.js";
import { FirmView, PortalFirmView } from "./firm.results.js";

const firms = table(Firm);
const FIRM = select({
  id: firms.id,
  name: firms.name,
  slug: firms.slug,
  plan: firms.plan,
  clientLanguage: firms.clientLanguage,
  timeZone: firms.timeZone,
  mailsCheckpoints: firms.mailsCheckpoints,
  signInEventDays: firms.signInEventDays,
  signInEventDaysSetAt: firms.signInEventDaysSetAt,
}).from`${firms} WHERE ${firms.id} = ?`;

/** Reads a firm and its counts. */
export class Firms {
  constructor(private readonly work: Work) {}

  async find(firmId: string): Promise<FirmView> {
    const [firm] = await this.work.rows(FIRM, [firmId]);
    if (!firm) throw new FirmGone();
    return FirmView.of(firm);
  }

  /** What anybody may know; null if there is no such firm. */
  async portal(slug: string): Promise<PortalFirmView | null> {
    const firm = await this.work.reader.findOneBy(Firm, { slug });
    if (!firm) return null;
    return PortalFirmView.of(await loadPolicy(this.work.reader, firm.id), this.work.clock.now());
  }
}
