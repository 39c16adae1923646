import { randomBytes, randomInt } from "node:crypto";

/** A name that nothing else has. */
export const random = (what: string): string => `${what}-${randomBytes(5).toString("hex")}`;
export const oneIn = (n: number): boolean => randomInt(n) === 0;
