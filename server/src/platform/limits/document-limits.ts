import {
  GraphQLError,
  Kind,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationRule,
} from "graphql";

/**
 * Limits of one document (OWASP GraphQL Cheat Sheet, CWE-770). All but `tokens` and `lines` count fragments as
 * expanded.
 */
export interface DocumentLimits {
  depth: number;
  aliases: number;
  directives: number;
  tokens: number;
  /** An error's position is found by scanning the lines before it. */
  lines: number;
  /**
   * See expanded-selections.ts. Equal to the token limit, so that fragments expand to no more than could be written
   * without them.
   */
  selections: number;
  /** See operation-cost.ts. */
  cost: number;
}
export const documentLimits: DocumentLimits = {
  depth: 8,
  aliases: 10,
  directives: 20,
  tokens: 1000,
  lines: 1000,
  selections: 1000,
  cost: 5000,
};

export interface DocumentRuleOptions {
  limits?: DocumentLimits;
  /** Fields of which a document may contain one in all: to every other limit, a batch of guesses is one request. */
  onePerDocument: readonly string[];
}

/** The refusal of a document that exceeds a bound, named by `limit`. */
export const overLimit = (limit: string, bound: number, sentence: string) =>
  new GraphQLError(`The document is too complex: ${sentence}.`, {
    extensions: { code: "QUERY_TOO_COMPLEX", limit, bound, http: { status: 400 } },
  });

interface Measure {
  depth: number;
  aliases: number;
  directives: number;
  limited: number;
}
const nothing: Measure = { depth: 0, aliases: 0, directives: 0, limited: 0 };

/** Measures selections, each fragment once, so that nested fragments do not take exponential time. */
class Measurer {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly known = new Map<string, Measure>();

  constructor(
    document: DocumentNode,
    private readonly limitedFields: ReadonlySet<string>,
  ) {
    for (const definition of document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
  }

  of(selections: SelectionSetNode): Measure {
    const sum = { ...nothing };
    const add = (part: Measure, depth: number) => {
      sum.depth = Math.max(sum.depth, depth);
      sum.aliases += part.aliases;
      sum.directives += part.directives;
      sum.limited += part.limited;
    };
    for (const selection of selections.selections) {
      sum.directives += directiveCount(selection.directives);
      if (selection.kind === Kind.FIELD) {
        if (selection.alias) sum.aliases++;
        if (this.limitedFields.has(selection.name.value)) sum.limited++;
        const inner = selection.selectionSet ? this.of(selection.selectionSet) : nothing;
        // The usual introspection query is deep. Whether it is answered at all is another rule's decision.
        add(inner, selection.name.value.startsWith("__") ? 1 : inner.depth + 1);
      } else {
        const inner =
          selection.kind === Kind.INLINE_FRAGMENT
            ? this.of(selection.selectionSet)
            : this.ofFragment(selection.name.value);
        add(inner, inner.depth);
      }
    }
    return sum;
  }

  private ofFragment(name: string): Measure {
    const known = this.known.get(name);
    if (known) return known;
    // A fragment that spreads itself counts as nothing here: another rule refuses it.
    this.known.set(name, nothing);
    const fragment = this.fragments.get(name);
    if (!fragment) return nothing;
    const inner = this.of(fragment.selectionSet);
    const measure = { ...inner, directives: inner.directives + directiveCount(fragment.directives) };
    this.known.set(name, measure);
    return measure;
  }
}

const directiveCount = (directives: readonly DirectiveNode[] | undefined) => directives?.length ?? 0;

/** Refuses what exceeds a limit before any resolver runs; for DocumentReader. */
export function documentRules(options: DocumentRuleOptions): ValidationRule[] {
  const { limits = documentLimits, onePerDocument } = options;
  const limitedFields = new Set(onePerDocument);
  const rule: ValidationRule = (context) => ({
    Document(document) {
      const measurer = new Measurer(document, limitedFields);
      let limited = 0;
      for (const operation of document.definitions) {
        if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
        const measure = measurer.of(operation.selectionSet);
        const directives =
          measure.directives +
          directiveCount(operation.directives) +
          (operation.variableDefinitions ?? []).reduce((sum, { directives: of }) => sum + directiveCount(of), 0);
        limited += measure.limited;
        const refuse = (limit: "depth" | "aliases" | "directives", found: number, unit: string) => {
          if (found > limits[limit])
            context.reportError(overLimit(limit, limits[limit], `at most ${limits[limit]} ${unit}`));
        };
        refuse("depth", measure.depth, "levels of fields");
        refuse("aliases", measure.aliases, "aliases");
        refuse("directives", directives, "directives");
      }
      if (limited > 1)
        context.reportError(overLimit("onePerDocument", 1, "one field per document that proves who you are"));
    },
  });
  return [rule];
}

/** graphql-js' own error when its parser's `maxTokens` stopped it. */
const TOKENS_ERROR = /^Syntax Error: Document contains more tha[nt] (\d+) tokens/;

/** Turns the parser's refusal of too many tokens into a limit's; returns any other error as it is. */
export function asLimitError(error: GraphQLError): GraphQLError {
  const tokens = TOKENS_ERROR.exec(error.message)?.[1];
  return tokens === undefined ? error : overLimit("tokens", Number(tokens), `at most ${tokens} tokens`);
}

/** An error's message without schema names that the caller did not mention. */
export const withoutHints = (message: string): string => message.replace(/ ?Did you mean .+$/s, "");
