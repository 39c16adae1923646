import { ScopedValue } from "../scoped-value.js";
import { serverItself, type Party } from "./turns.js";

const reader = new ScopedValue<{ who: Party }>();

/** Runs what reads for somebody: where no connection is free, everybody waits behind their own reads. */
export const asReader = <T>(who: Party, run: () => T): T => reader.run({ who }, run);

/** From here on the request reads for its caller, who was not known before. */
export function nameReader(who: Party): void {
  const { current } = reader;
  if (current) current.who = who;
}

/** Requests that came while nobody waited have no name. Together they take turns with all others. */
const unnamed: Party = { tenant: "requests without a name", caller: null };

/** Runs the server's own work, which waits behind nobody's requests. */
export const asServer = <T>(run: () => T): T => asReader(serverItself, run);

/** Who needs the connection that is asked for now. */
export const currentReader = (): Party => reader.current?.who ?? unnamed;
