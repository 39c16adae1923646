/**
 * The addresses at which the server answers with the app, whose router then shows the right page; so each can be opened and reloaded. An
 * address that ends in `/*` stands for itself and everything below it. A test compares the dashboard's router with this list.
 */
export const pageAddresses = {
  dashboard: [
    "/",
    "/contacts/*",
    "/overview",
    "/activity",
    "/reports",
    "/settings/*",
    "/account/*",
    "/choose-password",
  ],
  portal: ["/portal/*"],
  explorer: ["/docs/explorer"],
} as const;

/**
 * Whether a path is at the address: the address itself, or below one that ends in `/*`. `/files/*.csv` stands for what is below `/files/`
 * and ends in `.csv`.
 */
export function isAt(address: string, path: string): boolean {
  const [start = "", end] = address.split("*", 2);
  if (end === undefined) return path === address;
  if (end === "") return path.startsWith(start) || path === start.slice(0, -1);
  return path.startsWith(start) && path.endsWith(end) && path.length > start.length + end.length;
}
