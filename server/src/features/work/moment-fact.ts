import { isoOf } from "../../platform/graphql/date-time.js";

/** A point in time as a change in the log has it: as the API shows it. Null: never. */
export const momentFact = (at: number | null): string | null => (at === null ? null : isoOf(Number(at)));
