import {
  defaultFieldResolver,
  getNullableType,
  GraphQLBoolean,
  GraphQLID,
  GraphQLString,
  isLeafType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
} from "graphql";
import { argumentReader, type ReadArguments } from "./argument-reading.js";
import { afterwards, failAt, isLate, isPromise, type Operation, type Path, type Place, type Run } from "./run.js";
import { completionOf, type AnswerObject, type Completion } from "./value-completion.js";

/** One key of a response object. */
export interface FieldPlan {
  readonly key: string;
  /**
   * Its value or a promise of it: null if the field failed and is nullable. Throws or rejects if it failed and is not.
   */
  answer(run: Run, source: unknown, parent: Place): unknown;
}
/** A field of a type as a document requests it, under one key. */
export interface AskedField {
  operation: Operation;
  parentType: GraphQLObjectType;
  key: string;
  nodes: readonly [FieldNode, ...FieldNode[]];
  /** Plans the selections below the field for objects of this type. */
  answererOf(type: GraphQLObjectType): AnswerObject;
}

/** null if the type has no such field. */
export function planField(asked: AskedField): FieldPlan | null {
  const { operation, parentType, nodes } = asked;
  const definition = fieldOf(operation, parentType, nodes[0].name.value);
  if (!definition) return null;
  if (definition === TypeNameMetaFieldDef) return new TypenameField(asked);
  const type = getNullableType(definition.type);
  const isProperty = !definition.resolve && definition.args.length === 0;
  if (isProperty && isLeafType(type)) return new LeafProperty(asked, definition, type);
  return new ResolvedField(asked, definition);
}

class TypenameField implements FieldPlan {
  readonly key: string;
  private readonly typename: string;
  constructor({ key, parentType }: AskedField) {
    this.key = key;
    this.typename = parentType.name;
  }
  answer(): string {
    return this.typename;
  }
}

/** Any field: its resolver's value, completed. */
class ResolvedField implements FieldPlan {
  readonly key: string;
  protected readonly completion: Completion;
  private readonly resolve: GraphQLFieldResolver<unknown, unknown> | undefined;
  /** null if the field takes no arguments. */
  private readonly readArguments: ReadArguments | null;

  constructor(
    private readonly asked: AskedField,
    private readonly definition: GraphQLField<unknown, unknown>,
  ) {
    const { operation, parentType, key, nodes, answererOf } = asked;
    this.key = key;
    this.resolve = definition.resolve;
    this.readArguments = definition.args.length > 0 ? argumentReader(definition, nodes[0]) : null;
    this.completion = completionOf(definition.type, {
      schema: operation.schema,
      nodes,
      coordinate: `${parentType.name}.${definition.name}`,
      infoAt: (run, place) => this.infoAt(run, place),
      answererOf,
    });
  }

  answer(run: Run, source: unknown, parent: Place): unknown {
    const place = this.placeBelow(parent);
    try {
      return this.answerValue(run, this.resolvedValue(run, source, place), place);
    } catch (thrown) {
      return this.fail(run, thrown, place);
    }
  }

  /** Completes the value, or the promise of one. */
  protected answerValue(run: Run, value: unknown, place: Path): unknown {
    const completed = isPromise(value)
      ? afterwards(value, (kept) => this.completion.complete(run, kept, place, place))
      : this.completion.complete(run, value, place, place);
    return this.caught(run, completed, place);
  }

  protected caught(run: Run, completed: unknown, place: Path): unknown {
    if (!isLate(completed)) return completed;
    return completed.then(undefined, (thrown: unknown) => this.fail(run, thrown, place));
  }

  protected fail(run: Run, thrown: unknown, place: Path): null {
    return failAt(run, thrown, this.asked.nodes, place, this.completion.isNonNull);
  }

  protected placeBelow(parent: Place): Path {
    return { prev: parent, key: this.asked.key, typename: this.asked.parentType.name };
  }

  private resolvedValue(run: Run, source: unknown, place: Path): unknown {
    // Wrong arguments fail a field even if it does not use them.
    if (this.resolve || this.readArguments || typeof source !== "object" || source === null)
      return (this.resolve ?? defaultFieldResolver)(
        source,
        this.readArguments?.(run.variables) ?? {},
        run.context,
        this.infoAt(run, place),
      );
    return this.called(run, source, (source as Record<string, unknown>)[this.definition.name], place);
  }

  /** Does what graphql-js' default resolver does with a property. */
  protected called(run: Run, source: unknown, value: unknown, place: Path): unknown {
    if (typeof value !== "function") return value;
    return value.call(source, {}, run.context, this.infoAt(run, place)) as unknown;
  }

  private infoAt({ operation, root, variables }: Run, path: Path): GraphQLResolveInfo {
    const { definition, asked } = this;
    return {
      fieldName: definition.name,
      fieldNodes: asked.nodes,
      returnType: definition.type,
      parentType: asked.parentType,
      path,
      schema: operation.schema,
      fragments: operation.fragments,
      rootValue: root,
      operation: operation.definition,
      variableValues: variables,
    };
  }
}

/**
 * A scalar or enum that is a property of its object: most fields of most objects, so its usual values take a shortcut.
 */
class LeafProperty extends ResolvedField {
  private readonly name: string;
  /** The specification's scalars return such values unchanged. */
  private readonly isText: boolean;
  private readonly isFlag: boolean;

  constructor(asked: AskedField, definition: GraphQLField<unknown, unknown>, type: GraphQLLeafType) {
    super(asked, definition);
    this.name = definition.name;
    this.isText = type === GraphQLString || type === GraphQLID;
    this.isFlag = type === GraphQLBoolean;
  }

  override answer(run: Run, source: unknown, parent: Place): unknown {
    if (typeof source !== "object" || source === null) return super.answer(run, source, parent);
    // Nothing is below a leaf, so its path matters only if it fails or is still pending.
    let place: Path | null = null;
    try {
      const value = (source as Record<string, unknown>)[this.name];
      if (typeof value === "string" ? this.isText : typeof value === "boolean" && this.isFlag) return value;
      if (value === null && !this.completion.isNonNull) return null;
      if (typeof value !== "object" && typeof value !== "function") {
        const completed = this.completion.complete(run, value, NOWHERE, NOWHERE);
        return isLate(completed) ? this.caught(run, completed, this.placeBelow(parent)) : completed;
      }
      place = this.placeBelow(parent);
      return this.answerValue(run, this.called(run, source, value, place), place);
    } catch (thrown) {
      return this.fail(run, thrown, place ?? this.placeBelow(parent));
    }
  }
}
const NOWHERE: Path = { prev: undefined, key: "", typename: undefined };

/** The type's own fields, and those of introspection. */
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
