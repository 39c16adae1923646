import type { ChangeValue } from "@gatehouse/shared";

/** What a firm consists of, as far as its log says it. */
const kinds = [
  "firm",
  "policy",
  "branding",
  "members",
  "accounts",
  "contacts",
  "passkeys",
  "trustedDevices",
  "sessions",
  "apiKeys",
  "webhooks",
  "rollOuts",
  "requests",
] as const;
export type Kind = (typeof kinds)[number];

/** One thing's fields, named as the API names them; times in RFC 3339. */
export type Facts = Record<string, ChangeValue>;
/** A firm at a moment: its things by their ids. */
export type FirmState = Readonly<Record<Kind, Map<string, Facts>>>;

/** The id of what a firm has one of. */
export const ONLY = "the firm's";

export const emptyState = (): FirmState => ({
  firm: new Map(),
  policy: new Map(),
  branding: new Map(),
  members: new Map(),
  accounts: new Map(),
  contacts: new Map(),
  passkeys: new Map(),
  trustedDevices: new Map(),
  sessions: new Map(),
  apiKeys: new Map(),
  webhooks: new Map(),
  rollOuts: new Map(),
  requests: new Map(),
});

/** What has not ended by itself at that time: nothing is written when a session, a device's trust or a lock runs out. */
export function at(state: FirmState, now: number): FirmState {
  const isOver = (until: ChangeValue | undefined) => typeof until === "string" && Date.parse(until) <= now;
  const living = (things: Map<string, Facts>) => new Map([...things].filter(([, { expiresAt }]) => !isOver(expiresAt)));
  const unlocked = (things: Map<string, Facts>) =>
    new Map(
      [...things].map(([id, facts]) => [id, isOver(facts.lockedUntil) ? { ...facts, lockedUntil: null } : facts]),
    );
  return {
    ...state,
    sessions: living(state.sessions),
    trustedDevices: living(state.trustedDevices),
    members: unlocked(state.members),
    accounts: unlocked(state.accounts),
  };
}

/** A fact that the log and the tables do not agree on. */
export interface Difference {
  kind: Kind;
  id: string;
  field: string;
  log: ChangeValue | undefined;
  tables: ChangeValue | undefined;
}

/** Where both differ; a thing that only one of them has differs in each of its fields. */
export function differences(log: FirmState, tables: FirmState): Difference[] {
  return kinds.flatMap((kind) =>
    [...new Set([...log[kind].keys(), ...tables[kind].keys()])].flatMap((id) => {
      const [a, b] = [log[kind].get(id), tables[kind].get(id)];
      const fields = new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})]);
      return [...fields]
        .filter((field) => JSON.stringify(a?.[field]) !== JSON.stringify(b?.[field]))
        .map((field) => ({ kind, id, field, log: a?.[field], tables: b?.[field] }));
    }),
  );
}
