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
  /** Rules in addition to the specification's. */
  rules: readonly ValidationRule[];
  /** In production an error reveals nothing of the schema beyond what the document names. */
  hideHints: boolean;
  limits?: DocumentLimits;
}

/** The most errors reported for one document. More help nobody, and each costs a search for its line. */
const ERRORS_TOLD = 10;
const LINE_END = /\r\n|[\n\r]/g;

/**
 * Reads documents from HTTP and from sockets. Only this class calls graphql-js' `parse` and `validate`. Quantities that
 * can grow faster than the document (lines, tokens, expanded selections) are counted first, in linear time; only a
 * document within those limits is processed further.
 */
export class DocumentReader {
  private readonly rules: readonly ValidationRule[];
  private readonly limits: DocumentLimits;

  constructor(private readonly options: DocumentReaderOptions) {
    this.rules = [...rulesWithoutValues, ...options.rules];
    this.limits = options.limits ?? documentLimits;
  }

  /** The parsed and valid document, or why it is refused: each error has a published code. */
  read(source: string): DocumentNode | readonly GraphQLError[] {
    const { limits } = this;
    // graphql-js finds an error's position by scanning the lines, once for each error.
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
    // Linear, since it visits each fragment once.
    if (selections === Number.POSITIVE_INFINITY) return this.validate(document, [NoFragmentCyclesRule]);
    const most = this.limits.selections;
    if (selections <= most) return null;
    return [overLimit("selections", most, `at most ${most} selections, counting those in fragments once per spread`)];
  }

  /** Runs first: the specification's rules throw when a subscription's condition is not a boolean, or is a variable. */
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

/** An error of graphql-js, which carries neither a code nor a status. */
function refusal(error: GraphQLError, code: string): GraphQLError {
  error.extensions.code ??= code;
  error.extensions.http ??= { status: 400 };
  return error;
}
