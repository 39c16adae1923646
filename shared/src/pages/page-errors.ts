/** Where a page that failed in a browser says so. */
export const PAGE_ERRORS_PATH = "/page-errors";

/** What the server takes at most. */
export const pageErrorLimits = { bytes: 2048, places: 8, perMinuteBySource: 10, perMinute: 100 } as const;

/** What a page says about its failure: only names, and places in our own scripts. */
export interface PageErrorReport {
  page: "dashboard" | "portal" | "explorer";
  /** The error's name, such as `NotFoundError`. */
  error: string;
  /** Whether a translator had rewritten the page. */
  isTranslated: boolean;
  /** The innermost places, as `main-BxT31a.js:1:20345`. */
  at: readonly string[];
}
