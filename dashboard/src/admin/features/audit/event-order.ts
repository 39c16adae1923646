/**
 * Merges two lists of one log, newest first, each event once. The feed delivers every event in order: loaded events that come before
 * an event from the feed are therefore newer than everything that the feed has delivered.
 */
export function newestFirst<E extends { id: string }>(arrived: readonly E[], loaded: readonly E[]): E[] {
  const feedIds = new Set(arrived.map(({ id }) => id));
  const firstInFeed = loaded.findIndex(({ id }) => feedIds.has(id));
  const all = [...loaded.slice(0, Math.max(firstInFeed, 0)), ...arrived, ...loaded];
  const seen = new Set<string>();
  return all.filter(({ id }) => !seen.has(id) && seen.add(id));
}
