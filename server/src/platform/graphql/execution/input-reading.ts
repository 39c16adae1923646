import {
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
} from "graphql";

/** Stands for a value that has not been read: graphql-js has something to say about it, or reads it in a way of its own. */
export const NOT_READ: unique symbol = Symbol("not read");
/** Gives the coerced value, or NOT_READ. */
export type ReadInput = (value: unknown) => unknown;

/**
 * Plans the reading of a type's values as JSON gives them. What it reads is graphql-js' `coerceInputValue` to the letter, without the
 * paths and the dictionaries that make of every request's variables what only a wrong one needs.
 */
export function inputReader(type: GraphQLInputType): ReadInput {
  if (isNonNullType(type)) {
    const read = inputReader(type.ofType);
    return (value) => (value === null || value === undefined ? NOT_READ : read(value));
  }
  const read = isListType(type)
    ? listReader(inputReader(type.ofType))
    : isInputObjectType(type)
      ? objectReader(type)
      : leafReader(type);
  return (value) => (value === null || value === undefined ? null : read(value));
}

const leafReader =
  (type: GraphQLLeafType): ReadInput =>
  (value) => {
    try {
      const read: unknown = type.parseValue(value);
      return read === undefined ? NOT_READ : read;
    } catch {
      return NOT_READ;
    }
  };

/** One value in a list's place is graphql-js' to read. */
const listReader =
  (readItem: ReadInput): ReadInput =>
  (value) => {
    if (!Array.isArray(value)) return NOT_READ;
    const items: unknown[] = [];
    for (const item of value as unknown[]) {
      const read = readItem(item);
      if (read === NOT_READ) return NOT_READ;
      items.push(read);
    }
    return items;
  };

/** One a type, as a type may hold itself. */
const objectReaders = new WeakMap<GraphQLInputObjectType, ReadInput>();

function objectReader(type: GraphQLInputObjectType): ReadInput {
  let reader = objectReaders.get(type);
  if (!reader) objectReaders.set(type, (reader = makeObjectReader(type)));
  return reader;
}

interface PlannedField {
  name: string;
  isNonNull: boolean;
  defaultValue: unknown;
  read: ReadInput;
}

function makeObjectReader(type: GraphQLInputObjectType): ReadInput {
  const definitions = type.getFields();
  // Planned when the first value comes by, as a type may hold itself.
  let fields: PlannedField[] | null = null;
  return (value) => {
    if (typeof value !== "object" || Array.isArray(value) || type.isOneOf) return NOT_READ;
    fields ??= Object.values(definitions).map((field) => ({
      name: field.name,
      isNonNull: isNonNullType(field.type),
      defaultValue: field.defaultValue,
      read: inputReader(field.type),
    }));
    const given = value as Record<string, unknown>;
    for (const name in given) if (!definitions[name]) return NOT_READ;
    const coerced: Record<string, unknown> = {};
    for (const { name, isNonNull, defaultValue, read } of fields) {
      const fieldValue = given[name];
      if (fieldValue === undefined) {
        if (defaultValue !== undefined) coerced[name] = defaultValue;
        else if (isNonNull) return NOT_READ;
        continue;
      }
      const readValue = read(fieldValue);
      if (readValue === NOT_READ) return NOT_READ;
      coerced[name] = readValue;
    }
    return coerced;
  };
}
