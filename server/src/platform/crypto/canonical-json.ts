type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * The one text of a JSON value (RFC 8785): no blanks, names in the order of their UTF-16 code units; text and numbers
 * as ECMAScript's JSON.stringify writes them, on which the RFC is built. Throws for what is not JSON, and for text that
 * is not whole (a lone surrogate), for which the RFC has no form.
 */
export function canonicalJson(value: unknown): string {
  return textOf(value as Json);
}

function textOf(value: Json): string {
  if (typeof value === "string") {
    if (/\p{Surrogate}/u.test(value)) throw new Error("text with a lone surrogate has no canonical form");
    return JSON.stringify(value);
  }
  if (typeof value === "number" && !Number.isFinite(value)) throw new Error(`${value} has no form in JSON`);
  if (value === null || typeof value === "number" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value !== "object") throw new Error(`a ${typeof value} has no form in JSON`);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(textOf).join(",")}]`;
  const fields = value as Readonly<Record<string, Json>>;
  const names = Object.keys(fields).toSorted((a, b) => (a < b ? -1 : 1));
  return `{${names.map((name) => `${textOf(name)}:${textOf(fields[name] as Json)}`).join(",")}}`;
}
