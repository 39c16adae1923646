import { parse } from "graphql";
import { documentLimits } from "../../platform/limits/document-limits.js";

/** A part of a document. Parts are combined, so that the cost of one may meet that of another. */
interface Part {
  /** Within the operation's braces. */
  selections?: string;
  /** After the operation. */
  definitions?: string;
  variables?: string;
  /** Before everything else. */
  head?: string;
}
type Shape = (size: number) => Part;

const many = (count: number, make: (n: number) => string) => Array.from({ length: count }, (_, n) => make(n)).join(" ");
const nested = (depth: number, open: string, inner: string, close: string) =>
  open.repeat(depth) + inner + close.repeat(depth);

/**
 * Shapes worth repeating: each multiplies something that some reader of documents compares, prints, looks up or walks.
 */
export const slowShapes: Readonly<Record<string, Shape>> = {
  doublingFragments: (size) => ({
    selections: "...d0",
    definitions: `${many(size, (n) => `fragment d${n} on Query { ...d${n + 1} ...d${n + 1} }`)} fragment d${size} on Query { firm { id } }`,
  }),
  doublingUnused: (size) => ({
    definitions: `${many(size, (n) => `fragment u${n} on Query { ...u${n + 1} ...u${n + 1} }`)} fragment u${size} on Query { firm { id } }`,
  }),
  doublingFields: (size) => ({
    selections: "viewer { __typename ...v0 }",
    definitions: `${many(size, (n) => `fragment v${n} on TeamMember { id ...v${n + 1} name ...v${n + 1} }`)} fragment v${size} on TeamMember { id }`,
  }),
  doublingSchema: (size) => ({
    selections: "__schema { types { ...s0 } }",
    definitions: `${many(size, (n) => `fragment s${n} on __Type { ofType { ...s${n + 1} ...s${n + 1} } }`)} fragment s${size} on __Type { name }`,
  }),
  cycle: (size) => ({
    selections: "...c0",
    definitions: many(size, (n) => `fragment c${n} on Query { ...c${(n + 1) % size} ...c${(n + 7) % size} }`),
  }),
  sameField: (size) => ({ selections: many(size, () => "__typename") }),
  sameNested: (size) => ({ selections: many(size, () => "viewer { __typename }") }),
  sameDeep: (size) => ({ selections: many(size, () => "contacts { nodes { id portalAccount { id email } } }") }),
  sameWide: (size) => ({ selections: many(12, () => `contacts { nodes { ${many(size, () => "id")} } }`) }),
  sameTree: (size) => ({
    selections: `firm { ${nested(Math.min(9, Math.ceil(Math.log2(size + 1))), "... { name ... { name", "", "} }")} }`,
  }),
  conflicts: (size) => ({ selections: many(size, (n) => `a: x${n}`) }),
  conflictsDeep: (size) => ({ selections: many(size, (n) => `contacts { nodes { a: ${n % 2 ? "id" : "name"} } }`) }),
  differingArguments: (size) => ({ selections: many(size, (n) => `contacts(first: ${n}) { totalCount }`) }),
  longArguments: (size) => ({
    selections: many(size, (n) => `contacts(filter: { search: "${"x".repeat(300)}${n % 2}" }) { totalCount }`),
  }),
  fragmentsSideBySide: (size) => ({
    selections: many(size, (n) => `...p${n}`),
    definitions: many(size, (n) => `fragment p${n} on Query { firm { id } }`),
  }),
  fragmentsOfAll: (size) => ({
    selections: many(size, (n) => `...w${n}`),
    definitions: many(size, (n) => `fragment w${n} on Query { a${n}: firm { ${many(6, () => "...n")} } }`),
    head: "fragment n on Firm { id }",
  }),
  inlineFragments: (size) => ({ selections: many(size, () => "... on Query { viewer { __typename } }") }),
  inlineDeep: (size) => ({ selections: nested(size, "... {", "__typename", "}") }),
  abstractSpreads: (size) => ({
    selections: `node(id: "x") { ${many(size, (n) => `... on ${["Contact", "Node", "Firm", "Session"][n % 4]} { id }`)} }`,
  }),
  operations: (size) => ({
    definitions: many(size, (n) => `query q${n} { ...o }`),
    head: `fragment o on Query { ${many(120, () => "viewer { __typename }")} }`,
  }),
  operationsWithVariables: (size) => ({
    definitions: many(size, (n) => `query r${n}($v: Int, $w: Int) { ...r }`),
    head: `fragment r on Query { ${many(40, () => "contacts(first: $v, last: $w) { totalCount }")} }`,
  }),
  variables: (size) => ({ variables: many(size, (n) => `$v${n}: Int`) }),
  unknownVariables: (size) => ({ selections: many(size, (n) => `contacts(first: $u${n}) { totalCount }`) }),
  unknownFields: (size) => ({ selections: many(size, (n) => `contactz${"z".repeat(n % 60)}`) }),
  unknownTypes: (size) => ({
    selections: many(size, (n) => `... on TwoFactorEnrollmentRequiret${n} { id }`),
  }),
  unknownArguments: (size) => ({ selections: `contacts(${many(size, (n) => `firstt${n}: 1`)}) { totalCount }` }),
  unknownInputFields: (size) => ({
    selections: `contacts(filter: { ${many(size, (n) => `searchh${n}: 1`)} }) { totalCount }`,
  }),
  unknownValues: (size) => ({
    selections: `auditEvents(filter: { types: [${many(size, (n) => `CONTACT_CREATEDD${n}`)}] }) { nodes { id } }`,
  }),
  sameInputFields: (size) => ({
    selections: `contacts(filter: { ${many(size, () => 'search: "x"')} }) { totalCount }`,
  }),
  sameArguments: (size) => ({ selections: `contacts(${many(size, () => "first: 1")}) { totalCount }` }),
  directives: (size) => ({ selections: `__typename ${many(size, () => "@include(if: true)")}` }),
  unknownDirectives: (size) => ({ selections: `__typename ${many(size, (n) => `@includ${n}`)}` }),
  deepLists: (size) => ({ selections: `contacts(filter: ${nested(size, "[", "", "]")}) { totalCount }` }),
  deepObjects: (size) => ({ selections: `contacts(filter: ${nested(size, "{ a: ", "1", "}")}) { totalCount }` }),
  wideLists: (size) => ({
    selections: `auditEvents(filter: { types: [${many(size, (n) => `${n}`)}] }) { nodes { id } }`,
  }),
  hugeNumbers: (size) => ({
    selections: many(size, () => `contacts(first: ${"9".repeat(Math.floor(80_000 / size))}) { totalCount }`),
  }),
  hugeFractions: (size) => ({
    selections: many(size, () => `contacts(first: 1.${"9".repeat(Math.floor(80_000 / size))}e99) { totalCount }`),
  }),
  hugeStrings: (size) => ({
    selections: many(size, () => `contact(id: [["${"x".repeat(Math.floor(80_000 / size))}"]]) { id }`),
  }),
  hugeMoments: (size) => ({
    selections: many(
      size,
      () => `auditEvents(filter: { since: "2026-01-01T${"1:.".repeat(Math.floor(20_000 / size))}" }) { nodes { id } }`,
    ),
  }),
  hugeNames: (size) => ({ selections: many(size, (n) => `x${n}${"x".repeat(Math.floor(80_000 / size))}`) }),
  blockStrings: (size) => ({
    selections: many(size, () => `contact(id: """${"\\n ".repeat(Math.floor(20_000 / size))}""") { id }`),
  }),
  lines: (size) => ({ head: "\n".repeat(300 * size), selections: many(size, (n) => `a: x${n}`) }),
  linesKept: (size) => ({ head: "\n".repeat(990), selections: many(size, (n) => `a: x${n}`) }),
  comments: (size) => ({ head: `#${"#".repeat(80 * size)}\n`, selections: many(size, (n) => `a: x${n}`) }),
  mutations: (size) => ({
    definitions: `mutation M { ${many(size, () => "signOut { userErrors { code } }")} }`,
  }),
};

/** The document with these parts. */
function documentOf(parts: readonly Part[]): string {
  const all = (which: keyof Part) => parts.map((part) => part[which] ?? "").join(" ");
  const variables = all("variables").trim();
  return `${all("head")} query Q${variables ? `(${variables})` : ""} { __typename ${all("selections")} } ${all("definitions")}`;
}

/** Whether a server reads it at all: it is within the limits of tokens and body size. */
function fits(document: string): boolean {
  if (document.length > 98_000) return false;
  try {
    parse(document, { maxTokens: documentLimits.tokens });
    return true;
  } catch {
    return false;
  }
}

/** The largest document of these shapes that is still read, each with its share. */
export function largestOf(shapes: readonly string[], shares: readonly number[] = shapes.map(() => 1)): string {
  const whole = shares.reduce((sum, share) => sum + share, 0);
  const make = (size: number) =>
    documentOf(
      shapes.map((name, n) => slowShapes[name]?.(Math.max(1, Math.floor((size * (shares[n] ?? 1)) / whole))) ?? {}),
    );
  let [low, high] = [1, 1000];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(make(middle))) low = middle;
    else high = middle - 1;
  }
  return make(low);
}
