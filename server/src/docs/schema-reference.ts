import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
} from "graphql";
import { escapeHtml } from "../features/mail/words.js";

const typeLink = (type: GraphQLType): string => {
  const named = getNamedType(type);
  const text = escapeHtml(type.toString());
  return isSpecifiedScalarType(named)
    ? text
    : text.replace(named.name, `<a href="#type-${named.name.toLowerCase()}">${named.name}</a>`);
};
const said = (description: string | null | undefined) => escapeHtml(description ?? "");
const deprecation = (reason: string | null | undefined) =>
  reason == null ? "" : ` <strong>Deprecated: ${escapeHtml(reason)}</strong>`;
const row = (name: string, type: string, description: string) =>
  `<tr><td><code>${name}</code></td><td><code>${type}</code></td><td>${description}</td></tr>`;
const table = (head: string, rows: readonly string[]) =>
  rows.length === 0
    ? ""
    : `<div class="table"><table><thead><tr><th>${head}</th><th>Type</th><th>What</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;

const ofInput = (field: GraphQLArgument | GraphQLInputField) =>
  row(
    field.name,
    typeLink(field.type) + (field.defaultValue == null ? "" : ` = ${escapeHtml(JSON.stringify(field.defaultValue))}`),
    said(field.description) + deprecation(field.deprecationReason),
  );

function ofField(field: GraphQLField<unknown, unknown>): string {
  const args = field.args.map((argument) => `${argument.name}: ${typeLink(argument.type)}`);
  const name = args.length === 0 ? field.name : `${field.name}(${args.join(", ")})`;
  return row(name, typeLink(field.type), said(field.description) + deprecation(field.deprecationReason));
}

/** One root field with its arguments. */
const operation = (kind: string, field: GraphQLField<unknown, unknown>) =>
  `<h3 id="${kind}-${field.name.toLowerCase()}"><code>${field.name}</code></h3>\n<p>${said(field.description)}${deprecation(field.deprecationReason)} Returns <code>${typeLink(field.type)}</code>.</p>\n${table("Argument", field.args.map(ofInput))}`;

function ofType(type: GraphQLNamedType): string {
  const title = `<h3 id="type-${type.name.toLowerCase()}"><code>${type.name}</code></h3>\n<p>${said(type.description)}</p>`;
  if (isEnumType(type))
    return `${title}<ul>${type
      .getValues()
      .map(
        (value) =>
          `<li><code>${value.name}</code> ${said(value.description)}${deprecation(value.deprecationReason)}</li>`,
      )
      .join("\n")}</ul>`;
  if (isUnionType(type)) return `${title}<p>One of ${type.getTypes().map(typeLink).join(", ")}.</p>`;
  if (isInputObjectType(type)) return title + table("Field", Object.values(type.getFields()).map(ofInput));
  if (isObjectType(type) || isInterfaceType(type))
    return title + table("Field", Object.values(type.getFields()).map(ofField));
  return title;
}

/** Every operation and type of the schema in alphabetical order, with its description. */
export function schemaReference(schema: GraphQLSchema): { html: string; headings: { text: string; level: number }[] } {
  const roots = [
    ["Queries", "query", schema.getQueryType()],
    ["Mutations", "mutation", schema.getMutationType()],
    ["Subscriptions", "subscription", schema.getSubscriptionType()],
  ] as const;
  const types = Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith("__") && !isSpecifiedScalarType(type))
    .filter((type) => !roots.some(([, , root]) => root === type))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const kinds = [
    ["Objects", types.filter((type) => isObjectType(type) || isInterfaceType(type) || isUnionType(type))],
    ["Inputs", types.filter(isInputObjectType)],
    ["Enums and scalars", types.filter((type) => isEnumType(type) || isScalarType(type))],
  ] as const;
  const sections = [
    ...roots.map(([title, kind, root]) => ({
      title,
      parts: Object.values(root?.getFields() ?? {})
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map((field) => operation(kind, field)),
    })),
    ...kinds.map(([title, members]) => ({ title, parts: members.map(ofType) })),
  ];
  const html = sections.map(
    ({ title, parts }) => `<h2 id="${title.toLowerCase().replaceAll(" ", "-")}">${title}</h2>\n${parts.join("\n")}`,
  );
  return {
    html: `<h1>Reference</h1>
<p>Made from the schema that this server serves. <a href="/schema.graphql">schema.graphql</a> is the same for code generators.</p>
${html.join("\n")}`,
    headings: sections.map(({ title }) => ({ text: title, level: 2 })),
  };
}
