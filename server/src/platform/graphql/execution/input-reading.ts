import {
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
} from "graphql";

/** Stands for a value that was not read here: graphql-js has to report an error, or to read it in its own way. */
export const NOT_READ: unique symbol = Symbol("not read");
/** Returns the coerced value, or NOT_READ. */
export type ReadInput = (value: unknown) => unknown;

/**
 * Plans how a type's JSON values are read. The results equal those of graphql-js' `coerceInputValue`, without building
 * the paths and dictionaries that only a wrong value needs.
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

/** graphql-js reads a single value in place of a list. */
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

/** One per type, since a type may contain itself. */
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
  // Planned at the first value, since a type may contain itself.
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
