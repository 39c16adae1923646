/**
 * The addresses at which the server answers with the app, whose router then shows the right page; so each can be opened and reloaded. An
 * address that ends in `/*` stands for itself and everything below it. A test compares the dashboard's router with this list.
 */
export const pageAddresses = {
  dashboard: ["/", "/contacts/*", "/overview", "/activity", "/settings/*", "/account/*", "/choose-password"],
  portal: ["/portal/*"],
  explorer: ["/docs/explorer"],
} as const;

/** Whether a path is at one of the addresses: the address itself, or below one that ends in `/*`. */
export const isAt = (address: string, path: string): boolean =>
  address.endsWith("/*") ? path.startsWith(address.slice(0, -1)) || path === address.slice(0, -2) : path === address;
