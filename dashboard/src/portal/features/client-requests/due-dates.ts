import { addDays } from "@gatehouse/shared";

/** How soon a request is due. */
export type DueGroup = "overdue" | "week" | "later" | "undated";
const order = ["overdue", "week", "later", "undated"] as const satisfies readonly DueGroup[];

/**
 * Groups requests by how soon they are due: before today, within a week, later, without a date. Soonest first;
 * requests due on the same day keep their order. `today`: the firm's day, YYYY-MM-DD.
 */
export function groupByDueDate<R extends { dueOn: string | null }>(
  requests: readonly R[],
  today: string,
): { group: DueGroup; requests: R[] }[] {
  const inAWeek = addDays(today, 7);
  const groupOf = ({ dueOn }: R): DueGroup => {
    if (dueOn === null) return "undated";
    if (dueOn < today) return "overdue";
    return dueOn <= inAWeek ? "week" : "later";
  };
  const sorted = requests.toSorted((a, b) => (a.dueOn ?? "").localeCompare(b.dueOn ?? ""));
  return order
    .map((group) => ({ group, requests: sorted.filter((request) => groupOf(request) === group) }))
    .filter((found) => found.requests.length > 0);
}
