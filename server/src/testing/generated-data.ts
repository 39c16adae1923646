import {
  GraphQLError,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  print,
  responsePathAsArray,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from "graphql";

/** A field's fate depends only on its path and the run's seed, so that both executors meet the same one. */
export interface GeneratedWorld {
  seed: number;
  /** The calls of resolvers, in order. */
  calls: string[];
  /** One field in `oneIn` meets each possible fate; 40 by default. */
  oneIn?: number;
}
export const hash = (text: string): number => {
  let h = 2166136261;
  for (let n = 0; n < text.length; n++) h = Math.imul(h ^ text.charCodeAt(n), 16777619);
  h ^= h >>> 15;
  h = Math.imul(h, 2246822507);
  return (h ^ (h >>> 13)) >>> 0;
};

/** The class of the types that have an isTypeOf. */
export class Person {
  readonly __isPerson = true;
}
/** Marks a promise's rejection as handled: only what the executors derive from it may remain unhandled. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
/** A promise that resolves after the given number of ticks. */
export const after = <T>(ticks: number, then: () => T): Promise<T> => {
  let promise: Promise<unknown> = Promise.resolve();
  for (let n = 0; n < ticks; n++) promise = promise.then(() => undefined);
  return handled(promise.then(then));
};

/** The value of the field at its path. */
function valueFor(type: GraphQLOutputType, place: string, world: GeneratedWorld, schema: GraphQLSchema): unknown {
  const dice = hash(`${world.seed} ${place}`);
  const fate = dice % (world.oneIn ?? 40);
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
    // A thenable.
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
  world: GeneratedWorld,
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
  if (isEnumType(type)) {
    const values = [...type.getValues().map(({ value }: { value: unknown }) => value), "NO_VALUE"];
    return values[(dice >>> 8) % values.length];
  }
  if (isLeafType(type)) {
    switch (type.name) {
      case "Int":
        return (dice >>> 8) % 9 === 0 ? 2 ** 40 : (dice >>> 8) % 100;
      case "Float":
        return (dice >>> 8) / 7;
      case "Boolean":
        return (dice >>> 8) % 9 === 0 ? 1 : (dice >>> 8) % 2 === 0;
      case "ID":
        return (dice >>> 8) % 3 === 0 ? (dice >>> 8) % 1000 : `id ${dice}`;
      case "String":
        return (dice >>> 8) % 7 === 0 ? true : `"text" ${dice} \u2028`;
      default:
        return { odd: (dice >>> 8) % 12 };
    }
  }
  const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type as GraphQLObjectType];
  const chosen = types[(dice >>> 8) % types.length];
  if (!chosen) throw new Error("no type");
  return objectOf(chosen, type, place, dice, world, schema);
}

/** A list's items fail by rejecting or by being errors; what throws is the list's iterator. */
function itemFor(type: GraphQLOutputType, place: string, world: GeneratedWorld, schema: GraphQLSchema): unknown {
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
  world: GeneratedWorld,
  schema: GraphQLSchema,
): object {
  const object: Record<string, unknown> = type.isTypeOf ? (new Person() as never) : {};
  const names = [...Object.keys(schema.getTypeMap()), "Nothing"];
  const fate = (dice >>> 18) % 30;
  const typename: unknown =
    fate === 0
      ? names[(dice >>> 23) % names.length]
      : fate === 1
        ? 7
        : fate === 2
          ? null
          : fate === 3
            ? type
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

/** Gives the type's fields resolvers that answer by their path, where `has` says so, and record their arguments. */
export function answerByPlace(schema: GraphQLSchema, type: GraphQLObjectType, has: (field: string) => boolean): void {
  for (const [name, field] of Object.entries(type.getFields()))
    if (has(name))
      field.resolve = (_source, args, context: GeneratedWorld, info) => {
        const place = responsePathAsArray(info.path).join(".");
        context.calls.push(
          `${place} ${JSON.stringify(args)} ${info.parentType.name}.${info.fieldName}: ${String(info.returnType)} ${info.fieldNodes.map((node) => print(node)).join()} ${JSON.stringify(info.variableValues)} ${info.operation.operation} ${Object.keys(info.fragments).join()} ${info.path.typename} ${String(info.rootValue)}`,
        );
        return valueFor(field.type, place, context, schema);
      };
}
