import {
  GraphQLError,
  NoFragmentCyclesRule,
  parse,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationRule,
} from "graphql";
import { asLimitError, documentLimits, overLimit, type DocumentLimits } from "../limits/document-limits.js";
import { expandedSelections } from "../limits/expanded-selections.js";
import { rulesWithoutValues, withoutText } from "./errors-without-values.js";
import { unconditionalSubscriptions } from "./subscription-documents.js";

export interface DocumentReaderOptions {
  schema: GraphQLSchema;
  /** Besides the specification's. */
  rules: readonly ValidationRule[];
  /** In production an error tells nothing of the schema beyond what was asked. */
  hideHints: boolean;
  limits?: DocumentLimits;
}

/** Errors that are told of one document: more help nobody, and each costs a search for its line. */
const ERRORS_TOLD = 10;
const LINE_END = /\r\n|[\n\r]/g;

/**
 * Reads documents, over HTTP and on sockets: the only caller of graphql-js' `parse` and `validate`. What grows faster than the
 * document is counted first, in time by its length (lines, tokens, expanded selections); only what is within those bounds is walked
 * by anything else.
 */
export class DocumentReader {
  private readonly rules: readonly ValidationRule[];
  private readonly limits: DocumentLimits;

  constructor(private readonly options: DocumentReaderOptions) {
    this.rules = [...rulesWithoutValues, ...options.rules];
    this.limits = options.limits ?? documentLimits;
  }

  /** The document, parsed and valid; or why it is refused, each error with the code that callers know. */
  read(source: string): DocumentNode | readonly GraphQLError[] {
    const { limits } = this;
    // An error's place is found by going through the lines, for each error anew.
    if ((source.match(LINE_END)?.length ?? 0) >= limits.lines)
      return [overLimit("lines", limits.lines, `at most ${limits.lines} lines`)];
    let document: DocumentNode;
    try {
      document = parse(source, { maxTokens: limits.tokens });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      const limit = asLimitError(error);
      return [refusal(limit === error ? withoutText(error) : limit, "GRAPHQL_PARSE_FAILED")];
    }
    const errors =
      this.expansionErrors(document) ?? this.conditionErrors(document) ?? this.validate(document, this.rules);
    return errors.length === 0 ? document : errors.map((error) => refusal(error, "GRAPHQL_VALIDATION_FAILED"));
  }

  private expansionErrors(document: DocumentNode): readonly GraphQLError[] | null {
    const selections = expandedSelections(document);
    // Linear, as each fragment is visited once.
    if (selections === Number.POSITIVE_INFINITY) return this.validate(document, [NoFragmentCyclesRule]);
    const most = this.limits.selections;
    if (selections <= most) return null;
    return [overLimit("selections", most, `at most ${most} selections, those in fragments once for each spread`)];
  }

  /** By itself: the specification's rules throw at a subscription's condition that is none, or a variable's. */
  private conditionErrors(document: DocumentNode): readonly GraphQLError[] | null {
    const errors = this.validate(document, [unconditionalSubscriptions]);
    return errors.length === 0 ? null : errors;
  }

  private validate(document: DocumentNode, rules: readonly ValidationRule[]): readonly GraphQLError[] {
    return validate(this.options.schema, document, rules, {
      maxErrors: ERRORS_TOLD,
      hideSuggestions: this.options.hideHints,
    });
  }
}

/** An error of graphql-js, which has neither a code nor a status. */
function refusal(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code;
  error.extensions.http ??= { status: 400 };
  return error;
}
