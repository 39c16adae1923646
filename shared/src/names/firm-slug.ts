/** Whether a text can be a firm's slug, the name in its portal's address: 1 to 63 lower-case letters, digits and dashes. */
export const isFirmSlug = (text: string): boolean =>
  /^[a-z0-9-]{1,63}$/.test(text) && !text.startsWith("-") && !text.endsWith("-");
