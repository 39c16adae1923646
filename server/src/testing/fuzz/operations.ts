import * as fc from "fast-check";
import {
  getNamedType,
  GraphQLBoolean,
  GraphQLNonNull,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";

/** What one POST or one message contains. */
export interface Operation {
  query: string;
  variables: Record<string, unknown>;
  operationName?: string;
}

const DEPTH = 5;
const odd: readonly string[] = [
  "",
  " ",
  "\u0000",
  "\u202Eabc",
  "\uD800",
  "__proto__",
  "constructor",
  "null",
  "' OR 1=1 --",
  "%_\\",
  "../../etc/passwd",
  "=1+1",
  "a@b.example",
  "2026-01-01T00:00:00.000Z",
  "9999-99-99T99:99:99Z",
  "con_01m625dgsrfdref8yrhtsvjgg",
  "con_",
  "x".repeat(300),
  "é".repeat(5000),
];
const numbers: readonly number[] = [0, -0, 1, -1, 100, 101, 2 ** 31 - 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e308, 0.1];
const names: readonly string[] = ["a", "b", "constructor", "__proto__", "toString", "hasOwnProperty"];

const text = fc.oneof(fc.constantFrom(...odd), fc.string({ unit: "binary", maxLength: 30 }), fc.emailAddress());
const number = fc.oneof(fc.constantFrom(...numbers), fc.integer(), fc.integer({ min: 0, max: 60 }));
const int = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: 0, max: 60 }));
const moment = fc
  .date({ min: new Date("1970-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString());
const anything = fc.oneof(text, number, fc.boolean(), fc.constant(null), fc.object({ maxDepth: 3 }), fc.array(text));

type Draw = <T>(make: () => fc.Arbitrary<T>) => T;
type Kind = "query" | "mutation" | "subscription";

/** Fewer than a document may have (documentLimits). */
const ALIASES = 8;
const FRAGMENTS = 3;
/** Percentage of faulty documents; the others are valid, and so are their variables. */
const FAULTY = 25;

/**
 * Operations of the schema: three of four are valid; the others name what does not exist, contain values of the wrong
 * type, or are broken text. `known` are existing ids and addresses: operations of the same seed differ only in them.
 */
export function operationsOf(
  schema: GraphQLSchema,
  kinds: readonly Kind[],
  known: readonly string[],
): fc.Arbitrary<Operation> {
  return fc.gen().map((generate) => {
    const draw: Draw = (make) => generate(make);
    return new Writer(schema, draw, known).operation(draw(() => fc.constantFrom(...kinds)));
  });
}

class Writer {
  private readonly variables: { name: string; type: GraphQLInputType; value: unknown }[] = [];
  private readonly fragments: string[] = [];
  private readonly isFaulty: boolean;
  /** In a valid document a field may be selected with other arguments only under another name. */
  private readonly asked = new Set<string>();
  private readonly aliases = new Set<string>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly draw: Draw,
    private readonly known: readonly string[],
  ) {
    this.isFaulty = this.chance(FAULTY);
  }

  operation(kind: Kind): Operation {
    const root = {
      query: this.schema.getQueryType(),
      mutation: this.schema.getMutationType(),
      subscription: this.schema.getSubscriptionType(),
    }[kind];
    if (!root) throw new Error(`the schema has no ${kind}`);
    // A faulty one may select more fields than a subscription allows.
    const isOne = kind !== "query" && (!this.isFaulty || this.chance(50));
    const selections = isOne ? `{ ${this.field(root, DEPTH, this.faulty(50))} }` : this.selections(root, DEPTH);
    const given = this.variables.map(({ name, type }) => `$${name}: ${String(type)}`).join(", ");
    const query = [`${kind} Q${given && `(${given})`} ${selections}`, ...this.fragments].join("\n");
    const variables = Object.fromEntries(this.variables.map(({ name, value }) => [name, value]));
    return {
      query: this.faulty(50) ? this.broken(query) : query,
      variables,
      ...(this.chance(10) ? { operationName: this.isFaulty ? this.oneOf(names) : "Q" } : {}),
    };
  }

  private chance(percent: number): boolean {
    return this.draw(() => fc.integer({ min: 0, max: 99 })) < percent;
  }
  private faulty(percent: number): boolean {
    return this.isFaulty && this.chance(percent);
  }
  private oneOf<T>(values: readonly T[]): T {
    return this.draw(() => fc.constantFrom(...values));
  }

  private selections(type: GraphQLNamedType, depth: number): string {
    if (!isObjectType(type) && !isAbstractType(type)) return "";
    // Fragments on two types may select one name with two kinds.
    const most = isAbstractType(type) && !this.isFaulty ? 1 : depth === DEPTH ? 2 : 4;
    const count = this.draw(() => fc.integer({ min: 1, max: most }));
    const parts = Array.from({ length: count }, () => this.selection(type, depth));
    return `{ ${parts.join(" ")} }`;
  }

  private selection(type: GraphQLNamedType, depth: number): string {
    if (this.chance(5)) return "__typename";
    if (this.faulty(8)) return this.oneOf(["nothing", "__schema { types { name } }", "...Nothing"]);
    if (isAbstractType(type)) {
      const possible = this.oneOf(this.schema.getPossibleTypes(type));
      return `... on ${possible.name} ${this.selections(possible, depth - 1)}`;
    }
    if (!isObjectType(type)) return "__typename";
    if (this.fragments.length < FRAGMENTS && this.chance(8)) {
      const name = `F${this.fragments.length}`;
      const at = this.fragments.push("") - 1;
      this.fragments[at] = `fragment ${name} on ${type.name} ${this.selections(type, depth - 1)}`;
      return this.chance(30) ? `...${name} ...${name}` : `...${name}`;
    }
    return this.field(type, depth, this.chance(5));
  }

  private field(type: GraphQLObjectType, depth: number, isConditional: boolean): string {
    const fields = Object.values(type.getFields());
    const leaves = fields.filter(({ type: of }) => isLeafType(getNamedType(of)));
    const reachable = depth <= 1 || (leaves.length > 0 && this.chance(40)) ? leaves : fields;
    if (reachable.length === 0) return "__typename";
    const field = this.oneOf(reachable);
    const alias = this.alias(field);
    if (alias === null) return "__typename";
    const directive = isConditional ? this.condition() : "";
    const args = field.args
      .filter(({ type: of }) => (isNonNullType(of) ? !this.faulty(5) : this.chance(40)))
      .map((argument) => `${argument.name}: ${this.argument(argument.name, argument.type)}`);
    return `${alias}${field.name}${args.length > 0 ? `(${args.join(", ")})` : ""}${directive} ${this.selections(getNamedType(field.type), depth - 1)}`;
  }

  private condition(): string {
    const directive = ` @${this.oneOf(["include", "skip"])}`;
    return this.faulty(10) ? directive : `${directive}(if: ${this.argument("if", new GraphQLNonNull(GraphQLBoolean))})`;
  }

  /** With its colon; null if a valid document has no unused name left for the field. */
  private alias({ name, args }: { name: string; args: readonly unknown[] }): string | null {
    if (this.isFaulty) return this.chance(8) ? `${this.oneOf([...names, "id", "__typename"])}: ` : "";
    const isTaken = args.length > 0 && this.asked.has(name);
    this.asked.add(name);
    if (!isTaken && !this.chance(8)) return "";
    if (this.aliases.size === ALIASES) return isTaken ? null : "";
    const wanted = this.oneOf(names);
    const alias = this.aliases.has(wanted) ? `a${this.aliases.size}` : wanted;
    this.aliases.add(alias);
    return `${alias}: `;
  }

  private argument(called: string, type: GraphQLInputType): string {
    const value = this.value(called, type, 4);
    if (this.chance(30) && (this.isFaulty || isWhole(value))) return literalOf(value, type);
    const wanted = this.chance(10) ? this.oneOf(names) : null;
    const isFree = !this.variables.some(({ name }) => name === wanted);
    const name = wanted !== null && (isFree || this.isFaulty) ? wanted : `v${this.variables.length}`;
    if (!this.variables.some((had) => had.name === name)) this.variables.push({ name, type, value });
    return `$${name}`;
  }

  private value(called: string, type: GraphQLInputType, depth: number): unknown {
    if (this.faulty(10)) return this.draw(() => anything);
    if (!isNonNullType(type) && this.chance(10)) return null;
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      const length = this.draw(() => fc.integer({ min: 0, max: 4 }));
      return Array.from({ length }, () => this.value(called, nullable.ofType, depth - 1));
    }
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields()).filter(
        ({ type: of }) => isNonNullType(of) || (depth > 0 && this.chance(40)),
      );
      return Object.fromEntries(fields.map(({ name, type: of }) => [name, this.value(name, of, depth - 1)]));
    }
    if (isEnumType(nullable)) return this.oneOf(nullable.getValues()).name;
    switch (getNamedType(nullable).name) {
      case "Int":
        if (!this.isFaulty && /^(?:first|last|limit)$/.test(called))
          return this.draw(() => fc.integer({ min: 1, max: 20 }));
        return this.draw(() => (this.isFaulty ? number : int));
      case "Float":
        return this.draw(() => number);
      case "Boolean":
        return this.chance(50);
      case "DateTime":
        return this.draw(() => (this.isFaulty ? text : moment));
      case "ID":
        return this.draw(() => fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...this.known) }, text));
      default:
        return this.draw(() => text);
    }
  }

  /** With a piece removed, doubled or inserted. */
  private broken(query: string): string {
    const at = this.draw(() => fc.integer({ min: 0, max: query.length }));
    const length = this.draw(() => fc.integer({ min: 1, max: 20 }));
    const piece = this.oneOf([
      "",
      query.slice(at, at + length).repeat(3),
      "{",
      "}",
      '"',
      '"""',
      "...",
      "$",
      "@",
      "\u0000",
      "#",
    ]);
    return query.slice(0, at) + piece + query.slice(this.chance(50) ? at : at + length);
  }
}

/** A lone surrogate can be sent in JSON, but not written in a document. */
export const isWhole = (value: unknown): boolean => !/\\ud[89a-f]/.test(JSON.stringify(value));

/** JSON is nearly GraphQL's notation, but names and enum values have no quotes. */
export function literalOf(value: unknown, type: GraphQLInputType): string {
  const named = getNamedType(type);
  if (Array.isArray(value)) return `[${value.map((item) => literalOf(item, type)).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = isInputObjectType(named) ? named.getFields() : undefined;
    return `{ ${Object.entries(value)
      .filter(([name]) => /^[_A-Za-z]\w*$/.test(name))
      .map(([name, inner]) => `${name}: ${literalOf(inner, fields?.[name]?.type ?? type)}`)
      .join(", ")} }`;
  }
  if (typeof value === "string" && isEnumType(named) && /^[_A-Za-z]\w*$/.test(value)) return value;
  return JSON.stringify(value) ?? "null";
}
