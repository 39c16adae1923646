/** Which report the page shows, as its address states it; none: the list. */
export interface ReportsSearch {
  /** A report's id. */
  report?: string;
}

/** Reads an address, and drops what it does not understand. */
export const readReportsSearch = ({ report }: Record<string, unknown>): ReportsSearch =>
  typeof report === "string" && /^rpt_\w+$/.test(report) ? { report } : {};
