import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

/**
 * How many selections an executor or a validator visits that follows every spread: fields, inline fragments and
 * spreads, those within fragments once per spread. Infinity if fragments spread each other in a circle. Each fragment
 * is counted once, so the time is linear in the document's length, even if the result is astronomical (2^95 within the
 * token limit).
 *
 * Counts one operation, or the whole document: all operations together, or the largest fragment if that is more, since
 * fragments are validated even if nothing spreads them.
 */
export function expandedSelections(document: DocumentNode, operation?: OperationDefinitionNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const known = new Map<string, number>();

  const of = ({ selections }: SelectionSetNode): number => {
    let sum = 0;
    for (const selection of selections) {
      sum += 1;
      if (selection.kind === Kind.FRAGMENT_SPREAD) sum += ofFragment(selection.name.value);
      else if (selection.selectionSet) sum += of(selection.selectionSet);
    }
    return sum;
  };
  const ofFragment = (name: string): number => {
    const before = known.get(name);
    if (before !== undefined) return before;
    // A fragment met again while it is being counted spreads itself.
    known.set(name, Number.POSITIVE_INFINITY);
    const fragment = fragments.get(name);
    const count = fragment ? of(fragment.selectionSet) : 0;
    known.set(name, count);
    return count;
  };

  if (operation) return of(operation.selectionSet);
  let operations = 0;
  for (const definition of document.definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION) operations += of(definition.selectionSet);
  return [...fragments.keys()].reduce((most, name) => Math.max(most, ofFragment(name)), operations);
}
