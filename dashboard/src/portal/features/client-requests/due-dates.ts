/** How soon a request is due. */
export type DueGroup = "overdue" | "week" | "later" | "undated";
const order = ["overdue", "week", "later", "undated"] as const satisfies readonly DueGroup[];

const two = (n: number) => String(n).padStart(2, "0");
const calendarDay = (date: Date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/**
 * Groups requests by how soon they are due in the client's time zone: before today, within a week, later, without a date. Soonest first;
 * requests due on the same day keep their order.
 */
export function groupByDueDate<R extends { dueOn: string | null }>(
  requests: readonly R[],
  now: Date,
): { group: DueGroup; requests: R[] }[] {
  const today = calendarDay(now);
  const inAWeek = calendarDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() + 7));
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
