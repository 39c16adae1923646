import DataLoader from "dataloader";
import { isTrustedNow, trustedUntil } from "@gatehouse/shared";
import { forUpdateSql } from "../../platform/database/dialect.js";
import { placeholders, select, table } from "../../platform/database/sql.js";
import { readReason } from "../../platform/graphql/input-texts.js";
import { Refusal } from "../../platform/graphql/failures.js";
import type { Caller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { SecurityPolicy } from "../security-mode/security-policy.entity.js";
import type { Work } from "../work/unit-of-work.js";
import { TrustedDevice } from "./trusted-device.entity.js";
import { TrustedDeviceView } from "./trusted-device.results.js";
import { endTrust, trustedDigests } from "./trusted-devices.js";

const d = table(TrustedDevice, "d");
const a = table(PortalAccount, "a");
const p = table(SecurityPolicy, "p");
const DEVICES = select({
  id: d.id,
  ownerId: d.ownerId,
  tokenDigest: d.tokenDigest,
  userAgent: d.userAgent,
  ipAddress: d.ipAddress,
  createdAt: d.createdAt,
  lastUsedAt: d.lastUsedAt,
  expiresAt: d.expiresAt,
  trustedDeviceDays: p.trustedDeviceDays,
}).from`${d} JOIN ${a} ON ${a.id} = ${d.ownerId} JOIN ${p} ON ${p.firmId} = ${a.firmId} WHERE `;
const OF_FIRM = DEVICES.plus`${d.id} = ? AND ${a.firmId} = ?`;
const OWNER = select({ ownerId: d.ownerId, email: a.email, tokenDigest: d.tokenDigest })
  .from`${d} JOIN ${a} ON ${a.id} = ${d.ownerId} WHERE ${d.id} = ? AND ${a.firmId} = ?`;

/** A device as people see it. */
export interface ShownDevice {
  id: string;
  ownerId: string;
  tokenDigest: string;
  userAgent: string | null;
  ipAddress: string | null;
  createdAt: number;
  lastUsedAt: number | null;
  /** Until when it may skip the code. */
  until: number;
}

/** The devices that clients trust: who sees them, and who ends the trust. */
export class TrustedDevices {
  constructor(private readonly work: Work) {}

  private readonly loader = () =>
    new DataLoader<string, ShownDevice[]>(async (ownerIds) => {
      const statement = DEVICES.plus`${d.ownerId} IN (${placeholders(ownerIds.length)})
        ORDER BY ${d.createdAt} DESC, ${d.id} DESC`;
      const found = this.shown(await this.work.unpreparedRows(statement, ownerIds));
      return ownerIds.map((ownerId) => found.filter((device) => device.ownerId === ownerId));
    });

  /** Those of an account that may skip the code now, the newest first. A page of accounts takes one statement. */
  async ofAccount(ownerId: string, context: RequestContext): Promise<TrustedDeviceView[]> {
    const found = await context.loaders.of(this.loader).load(ownerId);
    return found.map((device) => TrustedDeviceView.of(device, isCurrent(device, context)));
  }

  /** One of the caller's firm, for whoever may read its account. */
  async find(id: string, context: RequestContext): Promise<TrustedDeviceView | null> {
    const { caller } = context;
    if (caller.kind === "ANONYMOUS") return null;
    const [device] = this.shown(await this.work.unpreparedRows(OF_FIRM, [id, caller.firmId]));
    return device && mayReach(caller, device) ? TrustedDeviceView.of(device, isCurrent(device, context)) : null;
  }

  /** Ends the trust in one device: of the caller's own, or of a client of the firm. NOT_FOUND for any other. */
  async revoke(input: { trustedDeviceId: string; reason?: string | null }, context: RequestContext): Promise<string> {
    const { trustedDeviceId: id } = input;
    const { caller } = context;
    const reason = input.reason == null ? null : readReason(input.reason);
    await this.work.do(async (unit) => {
      const notFound = new Refusal("NOT_FOUND", ["input", "trustedDeviceId"]);
      if (caller.kind === "ANONYMOUS") throw notFound;
      const { firmId } = caller;
      // Locked, so that of two who end it at once one finds nothing.
      const [device] = await unit.rows(OWNER.plus`${forUpdateSql(unit.manager)}`, [id, firmId]);
      if (!device || !mayReach(caller, device)) throw notFound;
      const { ownerId, email } = device;
      const actor = actorIn(context);
      await endTrust(unit, { ownerId, firmId, email }, { why: "REVOKED", actor, reason }, async () => [{ id }]);
      if (caller.kind === "CLIENT" && isCurrent(device, context))
        unit.afterCommit(() => context.setFirmCookie("device", caller.firmSlug, null));
    });
    return id;
  }

  private shown(found: readonly (Omit<ShownDevice, "until"> & { expiresAt: number; trustedDeviceDays: number })[]) {
    const now = this.work.clock.now();
    return found.flatMap((device): ShownDevice[] => {
      const until = trustedUntil(device, device);
      return until !== null && isTrustedNow(device, device, now) ? [{ ...device, until }] : [];
    });
  }
}

/** A client reaches only the account's own; everybody else who passes the field's rule, the firm's. */
const mayReach = (caller: Caller, { ownerId }: { ownerId: string }) =>
  caller.kind !== "CLIENT" || caller.accountId === ownerId;

const isCurrent = ({ tokenDigest }: Pick<TrustedDevice, "tokenDigest">, context: RequestContext) =>
  context.caller.kind === "CLIENT" && trustedDigests(context).includes(tokenDigest);
