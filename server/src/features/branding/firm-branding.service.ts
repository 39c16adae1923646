import { createHash } from "node:crypto";
import {
  changesBetween,
  logoTypeRefusal,
  readHexColor,
  readLogo,
  type AuditChange,
  type AuditEventData,
  type HexColor,
} from "@gatehouse/shared";
import { forUpdate } from "../../platform/database/dialect.js";
import { leftJoined, select, table } from "../../platform/database/sql.js";
import { Refusal } from "../../platform/graphql/failures.js";
import { asFirmCaller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { Firm } from "../firms/firm.entity.js";
import { Branding, Logo } from "./branding.entity.js";
import { BrandingView } from "./branding.results.js";

export interface BrandingChange {
  /** Omitted: unchanged; null: Gatehouse's own. */
  color?: string | null;
  logo?: { contentType: string; data: string } | null;
}

const b = table(Branding, "b");
const l = leftJoined(table(Logo, "l"));
const BRANDING = select({ color: b.color, digest: l.digest, width: l.width, height: l.height })
  .from`${b} LEFT JOIN ${l} ON ${l.firmId} = ${b.firmId} WHERE ${b.firmId} = ?`;

const logoUrlOf = (digest: string): string => `/logos/${digest}`;

/** Sets and returns how a firm's portal looks. */
export class FirmBranding {
  constructor(private readonly work: Work) {}

  async of(firmId: string): Promise<BrandingView> {
    const [row] = await this.work.rows(BRANDING, [firmId]);
    return Object.assign(new BrandingView(), {
      color: row?.color ?? null,
      logoUrl: row?.digest ? logoUrlOf(row.digest) : null,
      logoWidth: row?.width ?? null,
      logoHeight: row?.height ?? null,
    });
  }

  /** The logo at that public address. */
  async logo(digest: string): Promise<Pick<Logo, "contentType" | "content"> | null> {
    return this.work.reader.findOne(Logo, { select: { contentType: true, content: true }, where: { digest } });
  }

  /** Changes the branding of the caller's firm; returns the firm's id. */
  async update(change: BrandingChange, context: RequestContext): Promise<string> {
    const { firmId } = asFirmCaller(context.caller);
    const wanted = checked(firmId, change);
    await this.work.do(async (unit) => {
      // Concurrent changes run one after another.
      await unit.manager.findOneOrFail(Firm, { where: { id: firmId }, ...forUpdate(unit.manager) });
      const applied = await applyBranding(unit, firmId, wanted);
      if (applied.changes.length > 0)
        unit.record({ type: "BRANDING_CHANGED", firmId, actor: actorIn(context), ...applied });
    });
    return firmId;
  }
}

interface CheckedChange {
  color?: HexColor | null;
  logo?: Logo | null;
}

/** The change as it is stored; refuses an invalid color or logo. */
export function checked(firmId: string, { color, logo }: BrandingChange): CheckedChange {
  const change: CheckedChange = {};
  if (color !== undefined) {
    change.color = color === null ? null : readHexColor(color);
    if (color !== null && change.color === null)
      throw new Refusal("INVALID_INPUT", ["input", "color"], "Write the color as # and six digits, like #0b5f4e.");
  }
  if (logo !== undefined) change.logo = logo === null ? null : checkedLogo(firmId, logo);
  return change;
}

function checkedLogo(firmId: string, { contentType, data }: { contentType: string; data: string }): Logo {
  const refuse = (field: string, message: string) => new Refusal("INVALID_INPUT", ["input", "logo", field], message);
  const wrongType = logoTypeRefusal(contentType);
  if (wrongType !== null) throw refuse("contentType", wrongType);
  const content = Buffer.from(data, "base64");
  // Node's decoder skips characters that it does not know.
  if (content.toString("base64") !== data) throw refuse("data", "The file is not valid base64.");
  const facts = readLogo(content);
  if ("refusal" in facts) throw refuse("data", facts.refusal);
  if (facts.type !== contentType) throw refuse("contentType", `The file is ${facts.type}, not ${contentType}.`);
  const digest = createHash("sha256").update(`${firmId}\n`).update(content).digest("hex");
  const { width, height } = facts;
  return Object.assign(new Logo(), { firmId, digest, contentType: facts.type, width, height, content });
}

/** What has changed, as the event says it. */
interface AppliedBranding {
  changes: AuditChange[];
  data: AuditEventData["BRANDING_CHANGED"];
}

/** Writes the change in the caller's transaction. */
export async function applyBranding(
  unit: UnitOfWork,
  firmId: string,
  { color, logo }: CheckedChange,
): Promise<AppliedBranding> {
  const { manager, now: updatedAt } = unit;
  const before = await manager.findOneBy(Branding, { firmId });
  const logoBefore = await manager.findOne(Logo, {
    select: { digest: true, width: true, height: true },
    where: { firmId },
  });
  const data: AuditEventData["BRANDING_CHANGED"] = {};
  if (color !== undefined && color !== (before?.color ?? null)) data.color = color;
  if (logo !== undefined && logo?.digest !== logoBefore?.digest) data.logo = logo === null ? "removed" : "set";
  if (Object.keys(data).length === 0) return { changes: [], data };
  const kept = { firmId, color: color === undefined ? (before?.color ?? null) : color, updatedAt };
  if (before) await manager.update(Branding, { firmId }, kept);
  else await manager.insert(Branding, kept);
  if (data.logo !== undefined) await manager.delete(Logo, { firmId });
  if (data.logo === "set" && logo) await manager.insert(Logo, logo);
  const changes = changesBetween(
    { color: before?.color ?? null, ...logoFacts(logoBefore) },
    { color: kept.color, ...logoFacts(logo === undefined ? logoBefore : logo) },
  );
  return { changes, data };
}

/** The logo's address stands for its content: it is made of the content's digest. */
const logoFacts = (logo: Pick<Logo, "digest" | "width" | "height"> | null) => ({
  logoUrl: logo && logoUrlOf(logo.digest),
  logoWidth: logo && logo.width,
  logoHeight: logo && logo.height,
});
