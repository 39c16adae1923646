/** "1 client", "3 clients". */
export const quantity = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;
