import { createContext, useContext } from "react";

/** The time zone in which a page shows days and times; undefined: the browser's own. */
export const PageTimeZoneContext = createContext<string | undefined>(undefined);
export const usePageTimeZone = (): string | undefined => useContext(PageTimeZoneContext);

/** The browser's own zone, as it names it. */
export const browserTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
