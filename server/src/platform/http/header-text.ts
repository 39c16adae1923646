/** A header as one text: Node gives a list where one that may stand in several lines came so. */
export const headerText = (value: string | readonly string[] | undefined): string =>
  typeof value === "string" ? value : (value ?? []).join(", ");
