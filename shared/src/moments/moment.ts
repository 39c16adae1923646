const LOCAL = /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)T(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)$/i;
const FRACTION = /^\.\d{3}/;
const OFFSET = /^[+-](?<hours>\d\d):(?<minutes>\d\d)$/;
const SECONDS_END = "2026-01-31T09:30:00".length;

const daysOf = (year: number, month: number): number => {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
};

function isOffset(text: string): boolean {
  if (text === "Z" || text === "z") return true;
  const parts = OFFSET.exec(text)?.groups;
  const [hours, minutes] = [Number(parts?.["hours"]), Number(parts?.["minutes"])];
  return hours <= 23 && minutes <= 59 && text !== "-00:00";
}

/** The first moment that RFC 3339 can write in UTC, and the first one that it no longer can. */
const FIRST = Date.parse("0000-01-01T00:00:00Z");
const END = Date.parse("9999-12-31T23:59:59.999Z") + 1;

/**
 * The moment, in epoch milliseconds, that a text names by RFC 3339 as https://scalars.graphql.org/andimarek/date-time narrows it: with an
 * offset other than -00:00, and with three digits of a second's fraction. Unlike there, the fraction may be left out. Null if there is no
 * such moment: `Date.parse` would make 2 March of 30 February, and of hour 24 the next day. Leap seconds are not counted, so a second 60
 * is none.
 */
export function parseMoment(text: string): number | null {
  const local = LOCAL.exec(text.slice(0, SECONDS_END))?.groups;
  const offset = text.slice(SECONDS_END).replace(FRACTION, "");
  if (!local || !isOffset(offset)) return null;
  const numberOf = (part: string): number => Number(local[part]);
  const [year, month, day] = [numberOf("year"), numberOf("month"), numberOf("day")];
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return null;
  if (numberOf("hour") > 23 || numberOf("minute") > 59 || numberOf("second") > 59) return null;
  const moment = Date.parse(text.toUpperCase());
  return moment >= FIRST && moment < END ? moment : null;
}
