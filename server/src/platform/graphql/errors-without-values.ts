import {
  coerceInputValue,
  getNamedType,
  getNullableType,
  GraphQLError,
  isEnumType,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  specifiedRules,
  TokenKind,
  typeFromAST,
  valueFromAST,
  ValuesOfCorrectTypeRule,
  type ASTNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValidationContext,
  type ValidationRule,
} from "graphql";
import { inputReader, NOT_READ } from "./execution/input-reading.js";

/**
 * graphql-js quotes the values that it refuses: a password or code sent as a number or in a list would end up in the
 * response and in every log on the way (CWE-209). These are the same errors with the variable, the path and the
 * expected type, but never with a value.
 */

/** Our own scalars say what they expect without quoting the value; graphql-js' own scalars and its enums quote it. */
const isOurs = ({ extensions }: GraphQLError): boolean => extensions.code === "BAD_USER_INPUT";

/** The specification's rules, with values removed from their messages. */
export const rulesWithoutValues: readonly ValidationRule[] = specifiedRules.map((rule) =>
  rule === ValuesOfCorrectTypeRule ? literalsWithoutValues : rule,
);

function literalsWithoutValues(context: ValidationContext): ReturnType<ValidationRule> {
  let node: ASTNode | null = null;
  // Only `reportError` is replaced. All else goes to the real context, whose position in the document moves on.
  const reporting = new Proxy(context, {
    get: (target, name) => {
      if (name === "reportError")
        return (error: GraphQLError) => target.reportError(node ? withoutLiteral(target, node, error) : error);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const rule = ValuesOfCorrectTypeRule(reporting);
  return Object.fromEntries(
    Object.entries(rule).map(([kind, visit]) => [
      kind,
      (...args: [ASTNode, ...unknown[]]) => {
        node = args[0];
        return (visit as (...given: unknown[]) => unknown)(...args);
      },
    ]),
  );
}

function withoutLiteral(context: ValidationContext, node: ASTNode, error: GraphQLError): GraphQLError {
  const type = context.getInputType();
  const isAboutItsFields =
    node.kind === Kind.OBJECT_FIELD || (node.kind === Kind.OBJECT && type && isInputObjectType(getNamedType(type)));
  if (isAboutItsFields) return error;
  const said = `Expected value of type "${String(type)}".${type ? hintOf(type, error) : ""}`;
  return new GraphQLError(isOurs(error) ? error.message : said, {
    nodes: node,
    extensions: error.extensions,
  });
}

const HINT = " Did you mean the enum value ";
/** graphql-js' suggestion, if it contains nothing but values of the enum. */
function hintOf(expected: GraphQLInputType, { message }: GraphQLError): string {
  const type = getNamedType(expected);
  // The hint comes last. The submitted value precedes it, and a search from each of its spaces would take quadratic
  // time.
  const hint = message.slice(Math.max(0, message.lastIndexOf(HINT)));
  if (!hint.startsWith(HINT) || !hint.endsWith("?")) return "";
  const guesses = hint.slice(HINT.length, -1);
  const isKnown = (name: string) => isEnumType(type) && type.getValue(name) !== undefined;
  return guesses.split(/, or | or |, /).every((guess) => isKnown(guess.slice(1, -1))) ? hint : "";
}

const KINDS: ReadonlySet<string> = new Set(Object.values(TokenKind));
const SYNTAX = /^Syntax Error: (?:Expected (?<expected>[^,]+), found|Unexpected) "?(?<found>[^"\s.]+)/;

/** A parser's error without the text that it failed on. Its locations still say where that is. */
export function withoutText({ message, source, positions }: GraphQLError): GraphQLError {
  const { expected, found = "" } = SYNTAX.exec(message)?.groups ?? {};
  const what = KINDS.has(found) ? found : "text";
  return new GraphQLError(
    expected === undefined ? `Syntax Error: Unexpected ${what}.` : `Syntax Error: Expected ${expected}, found ${what}.`,
    { source, positions },
  );
}

const ARGUMENT = /^Argument "(?<name>\w+)" (?:of (?:required|non-null) type|(?<invalid>has invalid value))/;

/**
 * graphql-js' error for arguments that turn out wrong only at execution (null for a variable whose default made it
 * valid), with a code for the caller and without the literal beside that variable, which graphql-js prints. Any other
 * error is returned as it is.
 */
export function withoutArguments(error: GraphQLError): GraphQLError {
  const { message, nodes, path, originalError } = error;
  if (error.extensions.code !== undefined || (originalError && !(originalError instanceof GraphQLError))) return error;
  const { name, invalid } = ARGUMENT.exec(message)?.groups ?? {};
  if (name === undefined) return error;
  const said = invalid
    ? `Argument "${name}" has a value of the wrong type, or null where null is not allowed.`
    : message;
  return new GraphQLError(said, { nodes, path, extensions: { code: "BAD_USER_INPUT" } });
}

const MOST_ERRORS = 10;
/** Thrown through coercion, which would otherwise process all of a request's values. */
class TooManyErrors extends Error {}

/** The coerced variables of an operation, or why they are refused. */
export type VariablesRead =
  { coerced: Record<string, unknown>; errors?: undefined } | { errors: readonly GraphQLError[]; coerced?: undefined };

/**
 * Reads an operation's variables once for everything that needs them. Equal to graphql-js' `getVariableValues`, with
 * errors in the same order and nearly the same words, each with the code BAD_USER_INPUT, at most ten.
 */
export function variableReader(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): (given: Readonly<Record<string, unknown>>) => VariablesRead {
  const variables = variableDefinitions.flatMap((definition) => {
    const type = typeFromAST(schema, definition.type);
    return type && isInputType(type)
      ? { definition, name: definition.variable.name.value, type, read: inputReader(type) }
      : [];
  });
  // The only name that is not an ordinary key of an object with a prototype. An object without one is slower.
  const hasProto = variables.some(({ name }) => name === "__proto__");
  return (given) => {
    const errors: GraphQLError[] = [];
    const coerced = (hasProto ? Object.create(null) : {}) as Record<string, unknown>;
    try {
      for (const { definition, name, type, read } of variables) {
        const report = (what: string) => {
          const message = `Variable "$${name}" ${what}`;
          errors.push(new GraphQLError(message, { nodes: definition, extensions: { code: "BAD_USER_INPUT" } }));
          if (errors.length === MOST_ERRORS) throw new TooManyErrors();
        };
        const value = given[name];
        if (!Object.hasOwn(given, name)) {
          if (definition.defaultValue) coerced[name] = valueFromAST(definition.defaultValue, type);
          else if (isNonNullType(type)) report(`of required type "${String(type)}" was not provided.`);
        } else if (value === null && isNonNullType(type))
          report(`of non-null type "${String(type)}" must not be null.`);
        else {
          const known = read(value);
          coerced[name] =
            known === NOT_READ
              ? coerceInputValue(value, type, (path, invalid, error) =>
                  report(wrongValue(name, type, path, invalid, error)),
                )
              : known;
        }
      }
    } catch (error) {
      if (!(error instanceof TooManyErrors)) throw error;
    }
    if (errors.length > 0) return { errors };
    return { coerced: hasProto ? { ...coerced } : coerced };
  };
}

/** What is wrong at one place within a variable's value. */
function wrongValue(
  name: string,
  type: GraphQLInputType,
  path: readonly (string | number)[],
  invalid: unknown,
  error: GraphQLError,
): string {
  const at = path.length === 0 ? "" : ` at "${name}${path.map(printStep).join("")}"`;
  const expected = typeAt(type, path);
  const quotes = invalid !== null && isLeafType(getNamedType(expected)) && !isOurs(error);
  const said = `Expected type "${String(expected)}".${hintOf(expected, error)}`;
  return `got invalid value${at}; ${quotes ? said : error.message}`;
}

const printStep = (step: string | number) => (typeof step === "number" ? `[${step}]` : `.${step}`);

/** The type at a path that coercion took: lists by index, objects by their own fields. */
function typeAt(whole: GraphQLInputType, path: readonly (string | number)[]): GraphQLInputType {
  let type = whole;
  for (const step of path) {
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      type = nullable.ofType;
      if (typeof step === "number") continue;
    }
    const object = getNamedType(type);
    const field = isInputObjectType(object) ? object.getFields()[step] : undefined;
    if (!field) return type;
    type = field.type;
  }
  return type;
}
