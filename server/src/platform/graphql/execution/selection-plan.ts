import {
  defaultFieldResolver,
  getArgumentValues,
  getNullableType,
  GraphQLBoolean,
  GraphQLID,
  GraphQLString,
  isLeafType,
  isNonNullType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type FieldNode,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type SelectionSetNode,
} from "graphql";
import { collectFields } from "./field-collection.js";
import { failAt, isPromise, type Operation, type Path, type Place, type Run } from "./run.js";
import { completionOf, type AnswerObject } from "./value-completion.js";

/** One key of an answered object. Its value is null where it failed and may be null; it throws or rejects where it may not. */
interface FieldPlan {
  key: string;
  answer(run: Run, source: unknown, parent: Place): unknown;
  /** Where the field is a property of its object's own: most fields of most objects. */
  leaf: LeafPlan | null;
}
interface LeafPlan {
  property: string;
  /** The kind of value that is answered as it is. */
  asItIs: "string" | "boolean" | null;
  /** Answers what the property holds. */
  answer(run: Run, source: unknown, value: unknown, parent: Place): unknown;
  /** Answers that the property could not be read. */
  fail(run: Run, thrown: unknown, parent: Place): null;
}
export interface SelectionPlan {
  fields: readonly FieldPlan[];
  /** Makes the empty answer. One class a plan: its objects are all of one form, which is what makes them fast. */
  Answer: new () => AnsweredObject;
}

/** What every selection of an operation is planned with. */
export interface Planning {
  operation: Operation;
  /** The variables of @skip and @include, and no others: plans are kept, and the rest may be secret. */
  conditions: Record<string, unknown>;
}

type AnsweredObject = Record<string, unknown>;
/**
 * A class's instances stay fast objects, which those of `Object.create(null)` are not; without a prototype of its own an alias like
 * `__proto__` or `constructor` is a key as any other.
 */
function answerClass(): new () => AnsweredObject {
  class Answer {
    [key: string]: unknown;
  }
  Object.setPrototypeOf(Answer.prototype, null);
  return Answer;
}

/** Plans what objects of the type are asked for. Objects below are planned when the first of their type comes by. */
export function planSelections(
  planning: Planning,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): SelectionPlan {
  const { operation, conditions } = planning;
  const fields: FieldPlan[] = [];
  for (const [key, nodes] of collectFields(operation, conditions, type, selectionSets)) {
    const plan = planField(planning, type, key, nodes);
    if (plan) fields.push(plan);
  }
  return { fields, Answer: answerClass() };
}

/** Fields side by side (ExecuteSelectionSet, GraphQL 6.3). */
export function answerFields({ fields, Answer }: SelectionPlan, run: Run, source: unknown, place: Place): unknown {
  const answer = new Answer();
  const before = run.promises;
  const properties = typeof source === "object" && source !== null ? (source as Record<string, unknown>) : null;
  try {
    for (const { key, leaf, answer: answerField } of fields) {
      if (leaf !== null && properties !== null) {
        let value: unknown;
        try {
          value = properties[leaf.property];
        } catch (thrown) {
          answer[key] = leaf.fail(run, thrown, place);
          continue;
        }
        answer[key] = typeof value === leaf.asItIs ? value : leaf.answer(run, source, value, place);
        continue;
      }
      // A promise too: it keeps its key's place.
      answer[key] = answerField(run, source, place);
    }
  } catch (thrown) {
    // The others are waited for, as they may fail too.
    const promised = run.promises === before ? null : settled(answer);
    if (!promised) throw thrown;
    return promised.finally(() => {
      throw thrown;
    });
  }
  return run.promises === before ? answer : (settled(answer) ?? answer);
}

/** The answer once its promises are kept; null where it has none. */
function settled(answer: AnsweredObject): Promise<AnsweredObject> | null {
  const keys = Object.keys(answer).filter((key) => isPromise(answer[key]));
  if (keys.length === 0) return null;
  return Promise.all(keys.map((key) => answer[key])).then((values) => {
    keys.forEach((key, n) => {
      answer[key] = values[n];
    });
    return answer;
  });
}

/** Fields one after the other, as those of a mutation. */
export function answerInTurn({ fields, Answer }: SelectionPlan, run: Run, source: unknown, place: Place): unknown {
  const answer = new Answer();
  let before: unknown = answer;
  const answerNext = (plan: FieldPlan): unknown => {
    const value = plan.answer(run, source, place);
    if (!isPromise(value)) {
      answer[plan.key] = value;
      return answer;
    }
    return value.then((resolved) => {
      answer[plan.key] = resolved;
      return answer;
    });
  };
  for (const plan of fields) before = isPromise(before) ? before.then(() => answerNext(plan)) : answerNext(plan);
  return before;
}

function planField(
  planning: Planning,
  parentType: GraphQLObjectType,
  key: string,
  nodes: readonly [FieldNode, ...FieldNode[]],
): FieldPlan | null {
  const [node] = nodes;
  const name = node.name.value;
  const definition = fieldOf(planning.operation, parentType, name);
  if (!definition) return null;
  if (definition === TypeNameMetaFieldDef) return { key, answer: () => parentType.name, leaf: null };
  const isNonNull = isNonNullType(definition.type);
  const placeBelow = (place: Place): Path => ({ prev: place, key, typename: parentType.name });
  const fail = (run: Run, thrown: unknown, place: Path) => failAt(run, thrown, nodes, place, isNonNull);
  const coordinate = `${parentType.name}.${definition.name}`;

  const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  const answerers = new Map<GraphQLObjectType, AnswerObject>();
  const answererOf = (type: GraphQLObjectType): AnswerObject => {
    let answerer = answerers.get(type);
    if (!answerer) {
      const plan = planSelections(planning, type, selectionSets);
      answerers.set(type, (answerer = (run, source, place) => answerFields(plan, run, source, place)));
    }
    return answerer;
  };
  const infoAt = (run: Run, place: Path) => infoOf(run, definition, nodes, parentType, place);
  const complete = completionOf(definition.type, {
    schema: planning.operation.schema,
    nodes,
    coordinate,
    infoAt,
    answererOf,
  });
  const { resolve, args } = definition;
  const argumentsIn = args.length === 0 ? () => ({}) : (run: Run) => getArgumentValues(definition, node, run.variables);
  const resolved: Resolved = (run, source, place) =>
    (resolve ?? defaultFieldResolver)(source, argumentsIn(run), run.context, infoAt(run, place));
  /** What graphql-js' default resolver makes of a property. */
  const called = (run: Run, source: unknown, value: unknown, place: Path): unknown =>
    typeof value === "function" ? (value.call(source, {}, run.context, infoAt(run, place)) as unknown) : value;
  const ofProperty: Resolved = (run, source, place) =>
    typeof source === "object" && source !== null
      ? called(run, source, (source as Record<string, unknown>)[name], place)
      : resolved(run, source, place);
  // Arguments that are wrong fail a field, whether it uses them or not.
  const valueOf = resolve || args.length > 0 ? resolved : ofProperty;
  /** Answers a value, or a promise of one: `before` is how many promises there were before it was found. */
  const answerWith = (run: Run, value: unknown, place: Path, before: number): unknown => {
    if (!isPromise(value)) return caught(run, complete(run, value, place, place), place, before);
    run.promises++;
    return caught(
      run,
      value.then((kept) => complete(run, kept, place, place)),
      place,
      before,
    );
  };
  const caught = (run: Run, completed: unknown, place: Path, before: number): unknown =>
    run.promises === before || !isPromise(completed)
      ? completed
      : completed.then(undefined, (thrown: unknown) => fail(run, thrown, place));
  const answer = (run: Run, source: unknown, parent: Place): unknown => {
    const place = placeBelow(parent);
    const before = run.promises;
    try {
      return answerWith(run, valueOf(run, source, place), place, before);
    } catch (thrown) {
      return fail(run, thrown, place);
    }
  };

  const type = getNullableType(definition.type);
  if (resolve || args.length > 0 || !isLeafType(type)) return { key, answer, leaf: null };
  const leaf: LeafPlan = {
    property: name,
    asItIs: answeredAsItIs(type),
    answer(run, source, value, parent) {
      if ((value === null || value === undefined) && !isNonNull) return null;
      const before = run.promises;
      let place: Path | null = null;
      try {
        // Nothing is below a scalar, so its place matters only where it fails.
        if (typeof value !== "object" && typeof value !== "function") {
          const completed = complete(run, value, NOWHERE, NOWHERE);
          return run.promises === before ? completed : caught(run, completed, placeBelow(parent), before);
        }
        place = placeBelow(parent);
        return answerWith(run, called(run, source, value, place), place, before);
      } catch (thrown) {
        return fail(run, thrown, place ?? placeBelow(parent));
      }
    },
    fail: (run, thrown, parent) => fail(run, thrown, placeBelow(parent)),
  };
  return { key, answer, leaf };
}
const NOWHERE: Path = { prev: undefined, key: "", typename: undefined };

/** What a field's resolver gives. */
type Resolved = (run: Run, source: unknown, place: Path) => unknown;

/** The specification's own scalars answer their own kind of value as it is. */
function answeredAsItIs(type: GraphQLLeafType): LeafPlan["asItIs"] {
  if (type === GraphQLString || type === GraphQLID) return "string";
  return type === GraphQLBoolean ? "boolean" : null;
}

/** graphql-js' default fields, those of introspection and the type's own. */
function fieldOf(
  { schema }: Operation,
  parent: GraphQLObjectType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (parent === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return name === TypeNameMetaFieldDef.name ? TypeNameMetaFieldDef : parent.getFields()[name];
}

const infoOf = (
  { operation, root, variables }: Run,
  definition: GraphQLField<unknown, unknown>,
  fieldNodes: readonly FieldNode[],
  parentType: GraphQLObjectType,
  path: Path,
): GraphQLResolveInfo => ({
  fieldName: definition.name,
  fieldNodes,
  returnType: definition.type,
  parentType,
  path,
  schema: operation.schema,
  fragments: operation.fragments,
  rootValue: root,
  operation: operation.definition,
  variableValues: variables,
});
