import { credentialIdOf, type FirmCaller } from "../callers/caller.js";
import type { ApiKeys } from "../api-keys/api-keys.service.js";
import type { Sessions } from "../sessions/sessions.service.js";

/** What reading callers' current state needs. */
export interface CallersNowNeeds {
  sessions: Sessions;
  apiKeys: ApiKeys;
}

/** The callers' current state, by session or key; without those whose session or key has ended. */
export async function callersNow(
  { sessions, apiKeys }: CallersNowNeeds,
  callers: readonly FirmCaller[],
): Promise<Map<string, FirmCaller>> {
  const idsOf = (kind: FirmCaller["kind"]) => [
    ...new Set(callers.flatMap((caller) => (caller.kind === kind ? [credentialIdOf(caller)] : []))),
  ];
  const [people, keys] = await Promise.all([
    sessions.recheckTeam(idsOf("TEAM_MEMBER")),
    apiKeys.recheck(idsOf("API_KEY")),
  ]);
  return new Map<string, FirmCaller>([...people, ...keys]);
}
