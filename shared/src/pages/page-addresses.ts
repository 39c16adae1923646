/**
 * Where the server answers with the page, which finds by the address what to show: so each can be opened and loaded again. An address
 * that ends in `/*` stands for itself and all below it. The dashboard's router is compared with its list.
 */
export const pageAddresses = {
  dashboard: ["/", "/contacts/*", "/overview", "/activity", "/settings/*", "/account/*", "/choose-password"],
  portal: ["/portal/*"],
  explorer: ["/docs/explorer"],
} as const;

/** Whether a path is at one of the addresses: the address itself, or below one that ends in `/*`. */
export const isAt = (address: string, path: string): boolean =>
  address.endsWith("/*") ? path.startsWith(address.slice(0, -1)) || path === address.slice(0, -2) : path === address;
