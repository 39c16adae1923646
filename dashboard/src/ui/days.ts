const two = (n: number) => String(n).padStart(2, "0");

/** The local day of a moment, in the format of a date field. */
export const dayOf = (moment: Date): string =>
  `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;

/** The start of a date field's day, in local time; null if it is not a day. */
export function beginningOf(day: string): Date | null {
  const at = new Date(`${day}T00:00:00`);
  return Number.isNaN(at.getTime()) ? null : at;
}
