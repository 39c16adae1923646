/**
 * Two lists of one log as one, newest first, each event once. The feed tells every event in order: what was loaded and stands before
 * an event that the feed has told is newer than all that it has told.
 */
export function newestFirst<E extends { id: string }>(arrived: readonly E[], loaded: readonly E[]): E[] {
  const told = new Set(arrived.map(({ id }) => id));
  const firstTold = loaded.findIndex(({ id }) => told.has(id));
  const all = [...loaded.slice(0, Math.max(firstTold, 0)), ...arrived, ...loaded];
  const seen = new Set<string>();
  return all.filter(({ id }) => !seen.has(id) && seen.add(id));
}
