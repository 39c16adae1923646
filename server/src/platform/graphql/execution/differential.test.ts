import { describe, expect, it } from "@jest/globals";
import { array, assert, asyncProperty, nat, pre } from "fast-check";
import {
  buildSchema,
  execute,
  getOperationAST,
  GraphQLScalarType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  isInterfaceType,
  getNamedType,
  parse,
  responsePathAsArray,
  validate,
  type ExecutionResult,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLInputType,
  type GraphQLSchema,
} from "graphql";
import { planned, unhandledRejections } from "../../../testing/both-executors.js";
import { after, answerByPlace, handled, hash, Person, type GeneratedWorld } from "../../../testing/generated-data.js";

/** How often each property is tested. Raise it by hand: `DIFFERENTIAL_RUNS=100000`. */
const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 2000);
/** A run takes some milliseconds, and ten times as long on a busy machine. */
const LONGEST_MS = RUNS * 150;

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
    if (kind === 4) return handled(Promise.reject(new Error("promised, then rejected")));
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
      // A promised type name as well.
      type.resolveType = (value: unknown) => (value as { __typename?: string }).__typename;
    if (!isObjectType(type)) continue;
    if (type.name === "Own")
      type.isTypeOf = (value, _context, info) => {
        const dice = hash(`isTypeOf ${responsePathAsArray(info.path).join(".")}`);
        if (dice % 9 === 0) throw new Error("isTypeOf failed");
        return dice % 4 === 0 ? after(dice % 3, () => value instanceof Person) : value instanceof Person;
      };
    const isRoot = type.name === "Query" || type.name === "Mutation";
    answerByPlace(schema, type, (name) => isRoot || hash(`${type.name}.${name}`) % 3 === 0);
  }
  return schema;
}

// ---------------------------------------------------------------------------------------------------- documents
interface Written {
  source: string;
  variables: Record<string, unknown>;
}
const KEYS = ["id", "a", "b", "constructor", "__proto__", "toString", "then", "hasOwnProperty", "data"];

/** Writes valid documents. Each choice is taken from a stream of numbers that fast-check can shrink. */
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
      // Valid but undecidable: an error when the selection is collected.
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
    const { extensions, ...outcome } = error.toJSON();
    return JSON.stringify({
      ...outcome,
      // Our own code, the same as Apollo's, for wrong variables.
      extensions: extensions?.code === "BAD_USER_INPUT" ? undefined : extensions,
      original: error.originalError?.constructor.name,
    });
  }),
});

// X1a: what replaces a library must behave exactly like it.
describe("a planned operation behaves exactly like graphql-js", () => {
  const schema = makeSchema();
  const unhandled = unhandledRejections();

  it(
    `in ${RUNS} generated operations over fields that are present, late, missing, wrong, refused or failing`,
    async () => {
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
            const theirs: GeneratedWorld = { seed, calls: [] };
            const expected = flat(
              await execute({ schema, document, variableValues: variables, contextValue: theirs, rootValue: "root" }),
            );
            if (expected.errors) withErrors++;
            // graphql-js leaves some pending: a list with an item that fails at once ignores those that fail later.
            await new Promise(setImmediate);
            const unhandledBefore = unhandled.soFar();
            const plan = planned(schema, document, operation);
            for (let time = 0; time < 2; time++) {
              const ours: GeneratedWorld = { seed, calls: [] };
              const outcome = flat(await plan(ours, variables, "root"));
              expect(outcome).toEqual(expected);
              // Work that was started continues after the response.
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
    },
    LONGEST_MS,
  );
});
