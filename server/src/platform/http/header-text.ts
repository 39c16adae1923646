/** A header as one text: Node returns a list for headers that may be repeated. */
export const headerText = (value: string | readonly string[] | undefined): string =>
  typeof value === "string" ? value : (value ?? []).join(", ");
