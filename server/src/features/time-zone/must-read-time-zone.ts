import { readTimeZone } from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";

export const noSuchTimeZone =
  "There is no such time zone. Name a place as the IANA database does, such as Europe/Paris, or UTC; not an offset or an abbreviation.";

/** The zone that `input.timeZone` names, under the name that is stored. Refuses with INVALID_INPUT what names none. */
export function mustReadTimeZone(given: string): string {
  const timeZone = readTimeZone(given);
  if (timeZone === null) throw new Refusal("INVALID_INPUT", ["input", "timeZone"], noSuchTimeZone);
  return timeZone;
}
