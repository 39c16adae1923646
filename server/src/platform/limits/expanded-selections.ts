import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

/**
 * How many selections an executor or a validator that follows every spread meets: fields, inline fragments and spreads, those within
 * fragments once for each spread. Infinity where fragments spread each other in a circle. Each fragment is counted once, so the
 * counting takes time by the document's own length, also where the number is beyond any other use (2^95 within the limit of tokens).
 *
 * Of one operation, or of the whole document: all operations together, or the largest fragment where that is more, for fragments are
 * validated even where nothing spreads them.
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
    // Met again while it is counted, it spreads itself.
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
