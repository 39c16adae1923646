import type { FieldNode, GraphQLObjectType, SelectionSetNode } from "graphql";
import { collectFields } from "./field-collection.js";
import { planField, type FieldPlan } from "./field-plan.js";
import { isLate, type Operation, type Place, type Run } from "./run.js";
import type { AnswerObject } from "./value-completion.js";

export interface SelectionPlan {
  fields: readonly FieldPlan[];
  /**
   * Creates the empty response object. One class per plan gives all its objects the same hidden class, which makes them
   * fast.
   */
  Answer: new () => AnsweredObject;
}

/** Shared by all selections of an operation. */
export interface Planning {
  operation: Operation;
  /** Only the variables of @skip and @include: plans are kept, and the others may be secret. */
  conditions: Record<string, unknown>;
}

type AnsweredObject = Record<string, unknown>;
/**
 * A class's instances stay fast objects, unlike those of `Object.create(null)`. Without a prototype of its own, an
 * alias like `__proto__` or `constructor` is an ordinary key.
 */
function answerClass(): new () => AnsweredObject {
  class Answer {
    [key: string]: unknown;
  }
  Object.setPrototypeOf(Answer.prototype, null);
  return Answer;
}

/**
 * Plans the selections for objects of this type. Selections below are planned when the first object of their type
 * appears.
 */
export function planSelections(
  planning: Planning,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): SelectionPlan {
  const { operation, conditions } = planning;
  const fields: FieldPlan[] = [];
  for (const [key, nodes] of collectFields(operation, conditions, type, selectionSets)) {
    const plan = planField({ operation, parentType: type, key, nodes, answererOf: answererBelow(planning, nodes) });
    if (plan) fields.push(plan);
  }
  return { fields, Answer: answerClass() };
}

/** Plans the selections below a field for one of its object types. The caller keeps the plan. */
function answererBelow(planning: Planning, nodes: readonly FieldNode[]): (type: GraphQLObjectType) => AnswerObject {
  const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  return (type) => {
    const plan = planSelections(planning, type, selectionSets);
    return (run, source, place) => answerFields(plan, run, source, place);
  };
}

/** Executes fields in parallel (ExecuteSelectionSet, GraphQL 6.3). */
export function answerFields({ fields, Answer }: SelectionPlan, run: Run, source: unknown, place: Place): unknown {
  const answer = new Answer();
  let isAnyLate = false;
  try {
    for (const field of fields) {
      const value = field.answer(run, source, place);
      // A promise is stored as well, to keep its key's position.
      answer[field.key] = value;
      isAnyLate ||= isLate(value);
    }
  } catch (thrown) {
    if (!isAnyLate) throw thrown;
    // The others are awaited, since they may fail too.
    return settled(answer).finally(() => {
      throw thrown;
    });
  }
  return isAnyLate ? settled(answer) : answer;
}

/** The response once its promises have settled. */
function settled(answer: AnsweredObject): Promise<AnsweredObject> {
  const keys = Object.keys(answer).filter((key) => isLate(answer[key]));
  return Promise.all(keys.map((key) => answer[key])).then((values) => {
    keys.forEach((key, n) => {
      answer[key] = values[n];
    });
    return answer;
  });
}

/** Executes fields one after another, as in a mutation. */
export function answerInTurn({ fields, Answer }: SelectionPlan, run: Run, source: unknown, place: Place): unknown {
  const answer = new Answer();
  let before: unknown = answer;
  const answerNext = (field: FieldPlan): unknown => {
    const value = field.answer(run, source, place);
    if (!isLate(value)) {
      answer[field.key] = value;
      return answer;
    }
    return value.then((kept) => {
      answer[field.key] = kept;
      return answer;
    });
  };
  for (const field of fields) before = isLate(before) ? before.then(() => answerNext(field)) : answerNext(field);
  return before;
}
