const two = (n: number) => String(n).padStart(2, "0");

/** The day of a moment as a date field has it, in local time. */
export const dayOf = (moment: Date): string =>
  `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;

/** The beginning of a date field's day, in local time; null for what is no day. */
export function beginningOf(day: string): Date | null {
  const at = new Date(`${day}T00:00:00`);
  return Number.isNaN(at.getTime()) ? null : at;
}
