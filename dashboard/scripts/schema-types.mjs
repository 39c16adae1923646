// Turns server/schema.graphql into the types that gql.tada reads: src/graphql/graphql-env.d.ts.
// and the list of types without an id, which the normalized cache keeps inside their parent: src/graphql/types-without-id.ts.
// gql.tada's own command needs the JavaScript API of the TypeScript compiler, which version 7 does not have.
// `--check` writes nothing and fails if a committed file differs.
import { readFileSync, writeFileSync } from "node:fs";
import { buildSchema, introspectionFromSchema } from "graphql";

const source = new URL("../../server/schema.graphql", import.meta.url);

const quote = (text) => JSON.stringify(text);
const names = (values) => values.map(({ name }) => quote(name)).join(" | ") || "never";
const reference = (type) =>
  type.ofType
    ? `{ kind: ${quote(type.kind)}; name: never; ofType: ${reference(type.ofType)} }`
    : `{ kind: ${quote(type.kind)}; name: ${quote(type.name)}; ofType: null }`;
const fieldsOf = (type) =>
  `{ ${type.fields.map((field) => `${quote(field.name)}: { name: ${quote(field.name)}; type: ${reference(field.type)} };`).join(" ")} }`;
const inputField = ({ name, type, defaultValue }) =>
  `{ name: ${quote(name)}; type: ${reference(type)}; defaultValue: ${defaultValue === null ? "null" : quote(defaultValue)} }`;

function describe(type) {
  const head = `kind: ${quote(type.kind)}; name: ${quote(type.name)};`;
  switch (type.kind) {
    case "ENUM":
      return `{ name: ${quote(type.name)}; enumValues: ${names(type.enumValues)} }`;
    case "INPUT_OBJECT":
      return `{ ${head} isOneOf: ${Boolean(type.isOneOf)}; inputFields: [${type.inputFields.map(inputField).join(", ")}] }`;
    case "UNION":
      return `{ ${head} fields: {}; possibleTypes: ${names(type.possibleTypes)} }`;
    case "INTERFACE":
      return `{ ${head} fields: ${fieldsOf(type)}; possibleTypes: ${names(type.possibleTypes)} }`;
    case "OBJECT":
      return `{ ${head} fields: ${fieldsOf(type)} }`;
    default:
      return "unknown";
  }
}

const { __schema } = introspectionFromSchema(buildSchema(readFileSync(source, "utf8")), { descriptions: false });
const types = __schema.types
  .filter(({ name }) => !name.startsWith("__"))
  .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  .map((type) => `  ${quote(type.name)}: ${describe(type)};`);
const root = (type) => (type ? quote(type.name) : "never");
const typeFile = `// Generated from server/schema.graphql by dashboard/scripts/schema-types.mjs; do not edit.
export type introspection_types = {
${types.join("\n")}
};
export type introspection = {
  name: never;
  query: ${root(__schema.queryType)};
  mutation: ${root(__schema.mutationType)};
  subscription: ${root(__schema.subscriptionType)};
  types: introspection_types;
};
`;

const withoutId = __schema.types
  .filter(
    ({ kind, name }) => kind === "OBJECT" && !name.startsWith("__") && !/(Connection|Edge)$|^PageInfo$/.test(name),
  )
  .filter(({ fields }) => !fields.some(({ name }) => name === "id"))
  .map(({ name }) => name)
  .filter(
    (name) =>
      ![__schema.queryType, __schema.mutationType, __schema.subscriptionType].some((type) => type?.name === name),
  )
  .toSorted();
const listFile = `// Generated from server/schema.graphql by dashboard/scripts/schema-types.mjs; do not edit.
export const typesWithoutId = [
${withoutId.map((name) => `  ${quote(name)},`).join("\n")}
];
`;

const outline = __schema.types
  .filter(({ kind, name }) => ["OBJECT", "INTERFACE", "UNION"].includes(kind) && !name.startsWith("__"))
  .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  .map(({ kind, name, interfaces, possibleTypes }) => {
    const named = (list) => `[${(list ?? []).map((type) => `{ name: ${quote(type.name)} }`).join(", ")}]`;
    const rest =
      kind === "UNION" ? `possibleTypes: ${named(possibleTypes)}` : `fields: [], interfaces: ${named(interfaces)}`;
    return `    { kind: ${quote(kind)}, name: ${quote(name)}, ${rest}${kind === "INTERFACE" ? `, possibleTypes: ${named(possibleTypes)}` : ""} },`;
  });
const rootName = (type) => (type ? `{ name: ${quote(type.name)} }` : "null");
const outlineFile = `// Generated from server/schema.graphql by dashboard/scripts/schema-types.mjs; do not edit.
import type { CacheExchangeOpts } from "@urql/exchange-graphcache";

/** The types behind each interface and union: without them the cache would guess, and drop fragments on a union. */
export const schemaOutline = {
  __schema: {
    queryType: ${rootName(__schema.queryType)},
    mutationType: ${rootName(__schema.mutationType)},
    subscriptionType: ${rootName(__schema.subscriptionType)},
    types: [
${outline.join("\n")}
    ],
  },
} as unknown as NonNullable<CacheExchangeOpts["schema"]>;
`;

for (const [name, text] of [
  ["graphql-env.d.ts", typeFile],
  ["types-without-id.ts", listFile],
  ["schema-outline.ts", outlineFile],
]) {
  const target = new URL(`../src/graphql/${name}`, import.meta.url);
  if (!process.argv.includes("--check")) writeFileSync(target, text);
  else if (readFileSync(target, "utf8") !== text) {
    console.error(
      `src/graphql/${name} is not what server/schema.graphql says: run node dashboard/scripts/schema-types.mjs`,
    );
    process.exitCode = 1;
  }
}
