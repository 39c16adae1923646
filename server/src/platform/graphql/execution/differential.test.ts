import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { array, assert, asyncProperty, nat, pre } from "fast-check";
import {
  buildSchema,
  execute,
  getOperationAST,
  GraphQLError,
  GraphQLScalarType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isInterfaceType,
  getNamedType,
  parse,
  print,
  responsePathAsArray,
  validate,
  type ExecutionResult,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from "graphql";
import { planOperation } from "./planned-operation.js";

/** How often each property is tried; more by hand: `DIFFERENTIAL_RUNS=100000`. */
const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 2000);

const SDL = `
  type Query {
    thing: Thing node(id: ID = "1", in: Range): Node! things(first: Int, after: String = "x"): [Thing!]! grid: [[Int]!] found: [Found]
    self: Query text: String must: String! odd: Odd own: Own
  }
  type Mutation { first(input: Range!): Thing second: String third: Int! own: Own }
  interface Node { id: ID! friend: Node }
  interface Named implements Node { id: ID! friend: Node name: String! }
  type Thing implements Node & Named {
    id: ID! name: String! friend: Node things: [Thing] mustThing: Thing! kind: Kind kinds: [Kind!] count(by: Int = 2, kinds: [Kind!]): Int
    ratio: Float isOn: Boolean! odd: Odd called: String own: Own
  }
  type Other implements Node { id: ID! friend: Node other: String grid: [[Other!]] isOn: Boolean }
  "Says by isTypeOf what is one."
  type Own implements Node { id: ID! friend: Node owns: [Own!] text: String! }
  union Found = Thing | Other | Own
  enum Kind { A B C }
  scalar Odd
  input Range { from: Int! to: Int = 9 kinds: [Kind] = [A] odd: Odd nested: Range }
`;

/** What becomes of a field depends on its place and the run's seed alone, so that both executors meet the same. */
interface World {
  seed: number;
  /** What was asked of resolvers, in order. */
  calls: string[];
}
const hash = (text: string): number => {
  let h = 2166136261;
  for (let n = 0; n < text.length; n++) h = Math.imul(h ^ text.charCodeAt(n), 16777619);
  h ^= h >>> 15;
  h = Math.imul(h, 2246822507);
  return (h ^ (h >>> 13)) >>> 0;
};

class Person {
  readonly __isPerson = true;
}
/** A promise whose failing is somebody's: only what the executors make of it may be left unhandled. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
const after = <T>(ticks: number, then: () => T): Promise<T> => {
  let promise: Promise<unknown> = Promise.resolve();
  for (let n = 0; n < ticks; n++) promise = promise.then(() => undefined);
  return handled(promise.then(then));
};

function valueFor(type: GraphQLOutputType, place: string, world: World, schema: GraphQLSchema): unknown {
  const dice = hash(`${world.seed} ${place}`);
  const fate = dice % 40;
  const named = (text: string) => new Error(`${text} at ${place}`);
  if (fate === 0) return null;
  if (fate === 1) return undefined;
  if (fate === 2) throw named("thrown");
  if (fate === 3) return named("returned");
  if (fate === 4) throw new GraphQLError("refused", { extensions: { code: "FORBIDDEN", place } });
  if (fate === 5) throw `a text at ${place}`;
  if (fate === 6) return { is: "not what is expected" };
  if (fate === 7) return Number.NaN;
  const later = (make: () => unknown) => after(dice % 5, make);
  if (fate === 8) return later(() => null);
  if (fate === 9) return handled(Promise.reject(named("rejected")));
  if (fate === 10)
    return later(() => {
      throw named("rejected later");
    });
  if (fate < 18) return later(() => soundValue(type, place, dice, world, schema));
  if (fate === 18) {
    // Acts like a promise.
    const value = soundValue(type, place, dice, world, schema);
    // oxlint-disable-next-line unicorn/no-thenable
    return { then: (resolve: (value: unknown) => void) => resolve(value) };
  }
  return soundValue(type, place, dice, world, schema);
}

function soundValue(
  type: GraphQLOutputType,
  place: string,
  dice: number,
  world: World,
  schema: GraphQLSchema,
): unknown {
  if (isNonNullType(type)) return soundValue(type.ofType, place, dice, world, schema);
  if (isListType(type)) {
    const items = (dice >>> 8) % 4;
    const itemType: GraphQLOutputType = type.ofType;
    if ((dice >>> 12) % 6 === 0)
      return (function* () {
        for (let n = 0; n < items; n++) yield itemFor(itemType, `${place}[${n}]`, world, schema);
        if ((dice >>> 16) % 4 === 0) throw new Error(`the list ends badly at ${place}`);
      })();
    const list = Array.from({ length: items }, (_, n) => itemFor(itemType, `${place}[${n}]`, world, schema));
    return (dice >>> 12) % 6 === 1 ? new Set(list) : list;
  }
  if (isLeafType(type)) {
    switch (type.name) {
      case "Int":
        return (dice >>> 8) % 9 === 0 ? 2 ** 40 : (dice >>> 8) % 100;
      case "Float":
        return (dice >>> 8) / 7;
      case "Boolean":
        return (dice >>> 8) % 9 === 0 ? 1 : (dice >>> 8) % 2 === 0;
      case "Kind":
        return ["A", "B", "C", "D"][(dice >>> 8) % 4];
      case "ID":
        return (dice >>> 8) % 3 === 0 ? (dice >>> 8) % 1000 : `id ${dice}`;
      case "Odd":
        return { odd: (dice >>> 8) % 12 };
      default:
        return (dice >>> 8) % 7 === 0 ? true : `"text" ${dice} \u2028`;
    }
  }
  const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type as GraphQLObjectType];
  const chosen = types[(dice >>> 8) % types.length];
  if (!chosen) throw new Error("no type");
  return objectOf(chosen, type, place, dice, world, schema);
}

/** A list's items fail by rejecting or by being errors; what throws is the list's iterator. */
function itemFor(type: GraphQLOutputType, place: string, world: World, schema: GraphQLSchema): unknown {
  try {
    return valueFor(type, place, world, schema);
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

function objectOf(
  type: GraphQLObjectType,
  asked: GraphQLOutputType,
  place: string,
  dice: number,
  world: World,
  schema: GraphQLSchema,
): object {
  const object: Record<string, unknown> = type.name === "Own" ? (new Person() as never) : {};
  const names = ["Thing", "Other", "Own", "Nothing", "Kind", "Query"];
  const fate = (dice >>> 18) % 30;
  const typename: unknown =
    fate === 0
      ? names[(dice >>> 23) % names.length]
      : fate === 1
        ? 7
        : fate === 2
          ? null
          : fate === 3
            ? schema.getType("Thing")
            : type.name;
  object.__typename =
    (dice >>> 24) % 5 === 0 && fate > 3 && isAbstractType(asked) ? after(dice % 3, () => typename) : typename;
  for (const [name, field] of Object.entries(type.getFields())) {
    const below = `${place}.${name}`;
    const way = hash(below + "way") % 6;
    if (way === 0) {
      // A method.
      object[name] = function (this: unknown, args: object, _context: unknown, info: GraphQLResolveInfo) {
        world.calls.push(`${below} ${JSON.stringify(args)} ${this === object} ${info.fieldName}`);
        return valueFor(field.type, below, world, schema);
      };
    } else
      Object.defineProperty(object, name, { enumerable: true, get: () => valueFor(field.type, below, world, schema) });
  }
  return object;
}

function makeSchema(): GraphQLSchema {
  const schema = buildSchema(SDL);
  const odd = schema.getType("Odd");
  if (!(odd instanceof GraphQLScalarType)) throw new Error("no scalar");
  odd.serialize = (value: unknown) => {
    const kind = (value as { odd?: number } | null)?.odd;
    if (kind === 0) throw new Error("cannot be written");
    if (kind === 1) return null;
    if (kind === 2) return undefined;
    if (kind === 3) return Promise.resolve("promised");
    if (kind === 4) return handled(Promise.reject(new Error("promised and not kept")));
    if (kind === 5) return { nested: ["value"] };
    return `odd ${String(kind)}`;
  };
  odd.parseValue = (value) => {
    if (value === "refused") throw new Error("not odd");
    return value;
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith("__")) continue;
    if (isAbstractType(type))
      // A promised type name too.
      type.resolveType = (value: unknown) => (value as { __typename?: string }).__typename;
    if (!isObjectType(type)) continue;
    if (type.name === "Own")
      type.isTypeOf = (value, _context, info) => {
        const dice = hash(`isTypeOf ${responsePathAsArray(info.path).join(".")}`);
        if (dice % 9 === 0) throw new Error("isTypeOf failed");
        return dice % 4 === 0 ? after(dice % 3, () => value instanceof Person) : value instanceof Person;
      };
    const isRoot = type.name === "Query" || type.name === "Mutation";
    for (const [name, field] of Object.entries(type.getFields()))
      if (isRoot || hash(`${type.name}.${name}`) % 3 === 0)
        field.resolve = (_source, args, context: World, info) => {
          const place = responsePathAsArray(info.path).join(".");
          context.calls.push(
            `${place} ${JSON.stringify(args)} ${info.parentType.name}.${info.fieldName}: ${String(info.returnType)} ${info.fieldNodes.map((node) => print(node)).join()} ${JSON.stringify(info.variableValues)} ${info.operation.operation} ${Object.keys(info.fragments).join()} ${info.path.typename} ${String(info.rootValue)}`,
          );
          return valueFor(field.type, place, context, schema);
        };
  }
  return schema;
}

// ---------------------------------------------------------------------------------------------------- documents
interface Written {
  source: string;
  variables: Record<string, unknown>;
}
const KEYS = ["id", "a", "b", "constructor", "__proto__", "toString", "then", "hasOwnProperty", "data"];

/** Writes valid documents: what a number stands for is chosen by a stream of numbers that fast-check shrinks. */
class Writer {
  private at = 0;
  private readonly fragments = new Map<string, string>();
  private readonly variables = new Map<string, { type: string; defaultText?: string; given?: unknown }>();
  private size = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly numbers: readonly number[],
  ) {}

  private next(below: number): number {
    const number = this.numbers[this.at++ % this.numbers.length] ?? 0;
    return (number + this.at * 7919 * (this.at > this.numbers.length ? 1 : 0)) % below;
  }
  private pick<T>(items: readonly T[]): T {
    return items[this.next(items.length)] as T;
  }

  write(): Written {
    const isMutation = this.next(4) === 0;
    const root = isMutation ? this.schema.getMutationType() : this.schema.getQueryType();
    if (!root) throw new Error("no root");
    const selections = this.selections(root, 0);
    const definitions = [...this.variables].map(
      ([name, { type, defaultText }]) => `$${name}: ${type}${defaultText === undefined ? "" : ` = ${defaultText}`}`,
    );
    const head = `${isMutation ? "mutation" : "query"} Q${definitions.length > 0 ? `(${definitions.join(", ")})` : ""}`;
    const given: Record<string, unknown> = {};
    for (const [name, { given: value }] of this.variables) if (value !== undefined) given[name] = value;
    return { source: `${head} ${selections}\n${[...this.fragments.values()].join("\n")}`, variables: given };
  }

  private selections(type: GraphQLCompositeType, depth: number): string {
    const count = 1 + this.next(depth > 3 ? 2 : 4);
    const selections = Array.from({ length: count }, () => this.selection(type, depth));
    return `{ ${selections.join(" ")} }`;
  }

  private selection(type: GraphQLCompositeType, depth: number): string {
    this.size++;
    const way = this.next(10);
    if (way < 2 && depth < 4 && this.size < 60) {
      const condition = this.typeWithin(type);
      const head = this.next(3) === 0 ? "..." : `... on ${condition.name}`;
      const within = head === "..." ? type : condition;
      return `${head}${this.directives()} ${this.selections(within, depth + 1)}`;
    }
    if (way === 2 && depth < 4 && this.size < 60) {
      const condition = this.typeWithin(type);
      const name = `F${condition.name}${this.next(3)}`;
      if (!this.fragments.has(name)) {
        this.fragments.set(name, "");
        this.fragments.set(name, `fragment ${name} on ${condition.name} ${this.selections(condition, depth + 1)}`);
      } else if (this.fragments.get(name) === "") return "__typename";
      return `...${name}${this.directives()}`;
    }
    if (way === 3 || (!isObjectType(type) && !isInterfaceType(type)))
      return `${this.alias()}__typename${this.directives()}`;
    const fields = Object.values(type.getFields()).filter(
      ({ type: of }) => (depth < 5 && this.size < 80) || !isCompositeType(getNamedType(of)),
    );
    const field = this.pick(fields);
    if (!field) return "__typename";
    const named = getNamedType(field.type);
    const below = isCompositeType(named) ? ` ${this.selections(named, depth + 1)}` : "";
    return `${this.alias()}${field.name}${this.args(field.args)}${this.directives()}${below}`;
  }

  private typeWithin(type: GraphQLCompositeType): GraphQLCompositeType {
    const related = Object.values(this.schema.getTypeMap()).filter(
      (other): other is GraphQLCompositeType =>
        isCompositeType(other) &&
        !other.name.startsWith("__") &&
        (other === type ||
          (isAbstractType(type) && isObjectType(other) && this.schema.isSubType(type, other)) ||
          (isAbstractType(other) && isObjectType(type) && this.schema.isSubType(other, type))),
    );
    return this.pick(related) ?? type;
  }

  private alias(): string {
    return this.next(4) === 0 ? `${this.pick(KEYS)}: ` : "";
  }

  private directives(): string {
    if (this.next(6) !== 0) return "";
    const name = this.next(2) === 0 ? "skip" : "include";
    const way = this.next(4);
    return ` @${name}(if: ${way === 0 ? "true" : way === 1 ? "false" : this.condition()})`;
  }

  private condition(): string {
    const name = `c${this.next(3)}`;
    if (!this.variables.has(name)) {
      const way = this.next(4);
      if (way === 0) this.variables.set(name, { type: "Boolean", defaultText: "true" });
      // Valid, and cannot be decided: an error where the selection is collected.
      else if (way === 1) this.variables.set(name, { type: "Boolean", defaultText: "false", given: null });
      else this.variables.set(name, { type: "Boolean!", given: way === 2 });
    }
    return `$${name}`;
  }

  private args(args: readonly GraphQLArgument[]): string {
    const given = args
      .filter((argument) => isNonNullType(argument.type) || this.next(2) === 0)
      .map((argument) => `${argument.name}: ${this.literalOrVariable(argument.type)}`);
    return given.length > 0 ? `(${given.join(", ")})` : "";
  }

  private literalOrVariable(type: GraphQLInputType): string {
    if (this.next(3) !== 0) return this.literal(type, 0);
    const name = `v${this.variables.size}`;
    const way = this.next(6);
    if (way === 0 && !isNonNullType(type)) this.variables.set(name, { type: String(type) });
    else if (way === 1 && !isNonNullType(type))
      this.variables.set(name, { type: String(type), defaultText: this.literal(type, 0) });
    else if (way === 2) this.variables.set(name, { type: String(type), given: "wrong" });
    else if (way === 3) this.variables.set(name, { type: String(type), given: null });
    else this.variables.set(name, { type: String(type), given: this.json(type, 0) });
    return `$${name}`;
  }

  private literal(type: GraphQLInputType, depth: number): string {
    if (isNonNullType(type)) return this.literal(type.ofType, depth);
    if (isListType(type))
      return this.next(3) === 0 && !isNonNullType(type.ofType)
        ? this.literal(type.ofType, depth)
        : `[${Array.from({ length: this.next(3) }, () => this.literal(type.ofType, depth)).join(", ")}]`;
    switch (type.toString()) {
      case "Int":
        return String(this.next(50));
      case "Kind":
        return this.pick(["A", "B", "C"]);
      case "Range":
        return `{ from: ${this.next(9)}${this.next(2) === 0 ? `, kinds: ${this.next(3) === 0 ? "null" : "[B, C]"}` : ""}${
          depth < 2 && this.next(2) === 0 ? `, nested: ${this.literal(type, depth + 1)}` : ""
        } }`;
      default:
        return JSON.stringify(this.pick(["x", "__proto__", '"quoted"', "refused"]));
    }
  }

  private json(type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return this.json(type.ofType, depth);
    if (isListType(type)) return Array.from({ length: this.next(3) }, () => this.json(type.ofType, depth));
    switch (type.toString()) {
      case "Int":
        return this.pick([1, 2, 2.5, "3", 2 ** 40]);
      case "Kind":
        return this.pick(["A", "B", "nothing"]);
      case "Range":
        return {
          from: this.next(9),
          ...(this.next(2) === 0 ? { odd: this.pick(["x", "refused", null]) } : {}),
          ...(depth < 2 && this.next(2) === 0 ? { nested: this.json(type, depth + 1) } : {}),
          ...(this.next(6) === 0 ? { unknown: 1 } : {}),
        };
      default:
        return this.pick(["x", 7, "__proto__"]);
    }
  }
}

const flat = ({ data, errors }: ExecutionResult) => ({
  data: JSON.stringify(data),
  errors: errors?.map((error) => {
    const { extensions, ...told } = error.toJSON();
    return JSON.stringify({
      ...told,
      // Ours, as Apollo has it, for variables that are wrong.
      extensions: extensions?.code === "BAD_USER_INPUT" ? undefined : extensions,
      original: error.originalError?.constructor.name,
    });
  }),
});

describe("a planned operation is graphql-js' own to the letter", () => {
  const schema = makeSchema();
  let unhandled: { soFar(): number; stop(): void };
  beforeAll(() => {
    unhandled = (globalThis as unknown as { countUnhandledRejections(): typeof unhandled }).countUnhandledRejections();
  });
  afterAll(() => unhandled.stop());

  it(`in ${RUNS} generated operations over fields that are there, late, missing, wrong, refused or failing`, async () => {
    let valid = 0;
    let withErrors = 0;
    await assert(
      asyncProperty(
        array(nat({ max: 10_000 }), { minLength: 4, maxLength: 120 }),
        nat({ max: 1_000_000 }),
        async (numbers, seed) => {
          const { source, variables } = new Writer(schema, numbers).write();
          const document = parse(source);
          pre(validate(schema, document).length === 0);
          valid++;
          const operation = getOperationAST(document);
          if (!operation) throw new Error("no operation");
          const theirs: World = { seed, calls: [] };
          const expected = flat(
            await execute({ schema, document, variableValues: variables, contextValue: theirs, rootValue: "root" }),
          );
          if (expected.errors) withErrors++;
          // graphql-js leaves some: a list whose item fails at once forgets those that fail later.
          await new Promise(setImmediate);
          const unhandledBefore = unhandled.soFar();
          const plan = planOperation(schema, document, operation);
          for (let time = 0; time < 2; time++) {
            const ours: World = { seed, calls: [] };
            const told = flat(await plan(ours, variables, "root"));
            expect(told).toEqual(expected);
            // What was begun goes on after the answer.
            await new Promise(setImmediate);
            expect(ours.calls).toEqual(theirs.calls);
          }
          expect(unhandled.soFar()).toBe(unhandledBefore);
        },
      ),
      { numRuns: RUNS },
    );
    expect(valid).toBeGreaterThan(RUNS / 2);
    expect(withErrors).toBeGreaterThan(valid / 4);
    expect(withErrors).toBeLessThan(valid);
  });
});
