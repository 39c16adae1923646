import DataLoader from "dataloader";
import { In } from "typeorm";
import { requiresTwoFactor } from "@gatehouse/shared";
import type { RequestContext } from "../callers/request-context.js";
import type { Work } from "../work/unit-of-work.js";
import { loadPolicy, type FirmPolicy } from "../firms/security-policy.reader.js";
import { TwoFactorState } from "./two-factor.entity.js";
import { TwoFactorStatusView } from "./two-factor.results.js";

/** What the API shows of second factors, loaded together for a page of accounts. */
export class TwoFactorStatuses {
  constructor(private readonly work: Work) {}

  private readonly stateLoader = () =>
    new DataLoader<string, TwoFactorState | null>(async (ownerIds) => {
      const states = await this.work.reader.findBy(TwoFactorState, { ownerId: In([...ownerIds]) });
      const byOwner = new Map(states.map((state) => [state.ownerId, state]));
      return ownerIds.map((ownerId) => byOwner.get(ownerId) ?? null);
    });
  private readonly policyLoader = () =>
    new DataLoader<string, FirmPolicy>((firmIds) =>
      Promise.all(firmIds.map((firmId) => loadPolicy(this.work.reader, firmId))),
    );

  /** For a client. */
  async of(firmId: string, ownerId: string, { loaders }: RequestContext): Promise<TwoFactorStatusView> {
    const [state, policy] = await Promise.all([
      loaders.of(this.stateLoader).load(ownerId),
      loaders.of(this.policyLoader).load(firmId),
    ]);
    return statusView(state, requiresTwoFactor(policy, this.work.clock.now()));
  }
  /** For a team member: the firm's mode applies only to its clients. */
  async ofMember(ownerId: string, { loaders }: RequestContext): Promise<TwoFactorStatusView> {
    return statusView(await loaders.of(this.stateLoader).load(ownerId), false);
  }
  async lockedUntil(ownerId: string, { loaders }: RequestContext): Promise<number | null> {
    return (await loaders.of(this.stateLoader).load(ownerId))?.lockedUntil ?? null;
  }
}

const statusView = (state: TwoFactorState | null, required: boolean) =>
  TwoFactorStatusView.of({
    enrolledAt: state?.enrolledAt ?? null,
    required,
    recoveryCodesRemaining: state?.recoveryCodesRemaining ?? 0,
  });
