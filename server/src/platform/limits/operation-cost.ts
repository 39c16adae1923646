import {
  getNamedType,
  isCompositeType,
  isListType,
  getNullableType,
  isInterfaceType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from "graphql";

/**
 * The assumed size of a page if the caller gives none, the assumed size of a list without pages, and the cost of a
 * mutation.
 */
const PAGE = 50;
const LIST = 10;
const MUTATION = 10;
/** Beyond any limit: no need to count further. */
const CEILING = 1e9;

const SIZES_KEPT = 100;
const kept = new WeakMap<OperationDefinitionNode, Map<string, number>>();

/** `costOf`, computed once for each operation and the numbers among its variables, which alone can change it. */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const sizes = (operation.variableDefinitions ?? [])
    .map(({ variable }) => givenIn(variables, variable.name.value))
    .map((value) => (typeof value === "number" || value === null ? String(value) : ""))
    .join();
  let costs = kept.get(operation);
  if (!costs) kept.set(operation, (costs = new Map()));
  let cost = costs.get(sizes);
  if (cost === undefined) {
    if (costs.size >= SIZES_KEPT) costs.clear();
    costs.set(sizes, (cost = costOf(schema, document, operation, variables)));
  }
  return cost;
}

const givenIn = (variables: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(variables, name) ? variables[name] : undefined;

/**
 * The most that an operation may cost: 1 for each object that it can return (a page's `first` or `last` objects for
 * each of its parents) and 10 for each mutation. Scalars are free.
 */
function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const defaults = new Map(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  );
  const known = new Map<string, number>();

  const sizeIn = (value: ValueNode | undefined): number | null => {
    if (value?.kind === Kind.INT || value?.kind === Kind.FLOAT) return Number(value.value);
    if (value?.kind !== Kind.VARIABLE) return null;
    const given = givenIn(variables, value.name.value);
    // Null replaces the variable's default (GraphQL 6.1.2), and then the page has the default size.
    if (given === null) return null;
    return typeof given === "number" ? given : sizeIn(defaults.get(value.name.value));
  };
  const pageSize = (field: FieldNode): number | null => {
    const sizes = (field.arguments ?? [])
      .filter(({ name }) => name.value === "first" || name.value === "last")
      .map(({ value }) => sizeIn(value))
      .filter((size) => size !== null);
    return sizes.length === 0 ? null : Math.max(0, ...sizes);
  };

  /** `page`: how many objects the lists directly below contain, if the parent is a page. */
  const ofField = (field: FieldNode, parent: GraphQLNamedType, page: number | null): number => {
    const name = field.name.value;
    if (name === "__typename") return 0;
    const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    const own = parent === schema.getMutationType() ? MUTATION : 1;
    // An introspection field, or one that validation refuses.
    if (!definition) return own;
    const type = getNamedType(definition.type);
    if (!isCompositeType(type)) return parent === schema.getMutationType() ? MUTATION : 0;
    const isPage = definition.args.some((argument) => argument.name === "first");
    const times = isListType(getNullableType(definition.type)) ? (page ?? LIST) : 1;
    const inner = field.selectionSet
      ? ofSelections(field.selectionSet, type, isPage ? (pageSize(field) ?? PAGE) : null)
      : 0;
    return Math.min(CEILING, times * (own + inner));
  };
  const ofSelections = (set: SelectionSetNode, parent: GraphQLNamedType, page: number | null): number => {
    let sum = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) sum += ofField(selection, parent, page);
      else if (selection.kind === Kind.INLINE_FRAGMENT)
        sum += ofSelections(selection.selectionSet, typeOf(selection.typeCondition?.name.value) ?? parent, page);
      else sum += ofFragment(selection.name.value, parent, page);
    }
    return Math.min(CEILING, sum);
  };
  const typeOf = (name: string | undefined) => (name === undefined ? undefined : schema.getType(name));
  const ofFragment = (name: string, parent: GraphQLNamedType, page: number | null): number => {
    const key = `${name} ${page ?? ""}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, 0);
    const fragment = fragments.get(name);
    const cost = fragment
      ? ofSelections(fragment.selectionSet, typeOf(fragment.typeCondition.name.value) ?? parent, page)
      : 0;
    known.set(key, cost);
    return cost;
  };

  const root = schema.getRootType(operation.operation);
  return Math.max(1, root ? ofSelections(operation.selectionSet, root, null) : 1);
}
