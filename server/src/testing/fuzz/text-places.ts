import {
  getNamedType,
  getNullableType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isLeafType,
  isObjectType,
  isUnionType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";
import { literalOf, type Operation } from "./operations.js";

type RootKind = "query" | "mutation" | "subscription";
interface Step {
  /** The type that has the field. */
  on: string;
  field: GraphQLField<unknown, unknown>;
}

/** A value that a caller sends: an argument, or a field of an input within one. */
export interface Place {
  /** As people read it: `upsertContacts(input.contacts.0.name)`, `contact.requests(after)`. */
  name: string;
  kind: RootKind;
  /** The fields from the root type to the one with the argument. */
  route: readonly Step[];
  /** The argument, and the steps within its value; "0" is a list's item. */
  path: readonly [argument: string, ...steps: string[]];
}

const rootsOf = (schema: GraphQLSchema): [RootKind, GraphQLObjectType][] =>
  (["query", "mutation", "subscription"] as const).flatMap((kind) => {
    const type = {
      query: schema.getQueryType(),
      mutation: schema.getMutationType(),
      subscription: schema.getSubscriptionType(),
    }[kind];
    return type ? [[kind, type] as [RootKind, GraphQLObjectType]] : [];
  });

/** Every path to a leaf of an input. */
function leavesOf(type: GraphQLInputType): string[][] {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return leavesOf(nullable.ofType).map((path) => ["0", ...path]);
  if (isInputObjectType(nullable))
    return Object.values(nullable.getFields()).flatMap(({ name, type: of }) =>
      leavesOf(of).map((path) => [name, ...path]),
    );
  return [[]];
}

/** The object types behind a field's type. */
const objectsOf = (schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLObjectType[] =>
  isObjectType(type) ? [type] : isUnionType(type) || isInterfaceType(type) ? schema.getPossibleTypes(type) : [];

/** Every place of the schema where a caller sends a value: of each root's fields, and of each type that a query reaches, by a shortest route. */
export function placesOf(schema: GraphQLSchema): Place[] {
  const seen = new Set<GraphQLObjectType>();
  const places: Place[] = [];
  let next = rootsOf(schema).map(([kind, type]) => ({ kind, type, route: [] as readonly Step[] }));
  while (next.length > 0) {
    const now = next.filter(({ type }) => !seen.has(type) && seen.add(type));
    next = [];
    for (const { kind, type, route } of now)
      for (const field of Object.values(type.getFields())) {
        const there = [...route, { on: type.name, field }];
        for (const argument of field.args)
          for (const steps of leavesOf(argument.type))
            places.push({
              kind,
              route: there,
              path: [argument.name, ...steps],
              name: `${there.map((step) => step.field.name).join(".")}(${[argument.name, ...steps].join(".")})`,
            });
        // Below a mutation is what queries reach too.
        if (kind === "query")
          next.push(...objectsOf(schema, getNamedType(field.type)).map((of) => ({ kind, type: of, route: there })));
      }
  }
  return places;
}

/** A valid value of that type for the field or argument of that name, or a promise of it. */
export type Valid = (name: string, type: GraphQLInputType, operation: string) => unknown;

interface Wanted {
  type: GraphQLInputType;
  called: string;
  operation: string;
  valid: Valid;
}
/** What need not be given, and without which the act would change nothing and record no text. */
const givenToo: ReadonlySet<string> = new Set(["setSignInEventDays.days"]);

/** A value with the text at the end of the steps (null: it is elsewhere), and otherwise only what is required. */
async function valueAt(wanted: Wanted, steps: readonly string[] | null, text: string): Promise<unknown> {
  if (steps?.length === 0) return text;
  const { called, operation, valid } = wanted;
  const type = getNullableType(wanted.type);
  if (isListType(type)) return [await valueAt({ ...wanted, type: type.ofType }, steps?.slice(1) ?? null, text)];
  if (!isInputObjectType(type)) return valid(called, type, operation);
  const value: Record<string, unknown> = {};
  for (const field of Object.values(type.getFields())) {
    const isOnTheWay = steps?.[0] === field.name;
    const isLeftOut = !isNonNullType(field.type) || field.defaultValue !== undefined;
    if (!isOnTheWay && isLeftOut && !givenToo.has(`${operation}.${field.name}`)) continue;
    const of = { type: field.type, called: field.name, operation, valid };
    value[field.name] = await valueAt(of, isOnTheWay ? steps.slice(1) : null, text);
  }
  return value;
}

/** Fields of an object whose values are shown without arguments, some levels deep. */
function shown(type: GraphQLNamedType, depth: number): string {
  if (!isObjectType(type)) return "{ __typename }";
  const parts = Object.values(type.getFields()).flatMap((field) => {
    if (field.args.length > 0 || field.name === "accessFindings") return [];
    const of = getNamedType(field.type);
    if (field.name === "userErrors") return ["userErrors { code field message }"];
    if (isObjectType(of)) return depth > 0 ? [`${field.name} ${shown(of, depth - 1)}`] : [];
    return isUnionType(of) || isInterfaceType(of) ? [`${field.name} { __typename }`] : [field.name];
  });
  return `{ __typename ${parts.join(" ")} }`;
}

/** A request with the text at that place: in variables, or written into the document if `isLiteral`. */
export async function requestTo(
  { kind, route, path: [argument, ...steps] }: Place,
  text: string,
  { isLiteral, valid }: { isLiteral: boolean; valid: Valid },
): Promise<Operation> {
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const last = route.length - 1;
  const calls: string[] = [];
  for (const [at, { field }] of route.entries()) {
    const written: string[] = [];
    for (const { name, type, defaultValue } of field.args) {
      const isHere = at === last && name === argument;
      const isNeeded = isNonNullType(type) && defaultValue === undefined;
      // On the way: one that exists.
      if (!isHere && !isNeeded && !(at < last && name === "id")) continue;
      const wanted = { type, called: name, operation: field.name, valid };
      const value = await valueAt(wanted, isHere ? steps : null, text);
      if (isLiteral) written.push(`${name}: ${literalOf(value, type)}`);
      else {
        const variable = `${name}${at}`;
        declared.push(`$${variable}: ${String(type)}`);
        variables[variable] = value;
        written.push(`${name}: $${variable}`);
      }
    }
    calls.push(`${field.name}${written.length > 0 ? `(${written.join(", ")})` : ""}`);
  }
  const end = route[last];
  const type = end && getNamedType(end.field.type);
  const leaf = type && !isLeafType(type) ? shown(type, 2) : "";
  const selection = calls.reduceRight(
    (inner, call, at) => (at === 0 ? `{ ${call} ${inner} }` : `{ ... on ${route[at]?.on ?? ""} { ${call} ${inner} } }`),
    leaf,
  );
  return { query: `${kind} Fuzz${declared.length > 0 ? `(${declared.join(", ")})` : ""} ${selection}`, variables };
}
