import { ScopedValue } from "../scoped-value.js";

/** What a span says. Never a value of a request: no variable, parameter, address, token or message of an error. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  /** The span as a W3C `traceparent` header, for what is called within it. */
  readonly traceparent: string;
  /** Renames it, once more is known than at its start. */
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** Ends it; `failure` is a code that says why it failed. */
  end(failure?: string | null): void;
}

/** Creates spans and sends them to a collector. It exists only if an operator has configured one. */
export interface Tracing {
  /**
   * Starts a span within the current one, or within `parent`, a `traceparent` header. `server`: a request that we answer;
   * `client`: one that we send.
   */
  start(name: string, kind: "server" | "client", attributes: SpanAttributes, parent?: string | null): Span;
  /** Sends what is left. Never throws. */
  stop(): Promise<void>;
}

/** The span of the work that is being done. */
export const currentSpan = new ScopedValue<Span>();

/** A failure in one word: an error's code, or its class. */
export function failureOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === "string" ? code : typeof name === "string" ? name : "Error";
}

/** Does work that calls something outside, within a span of its own. Without tracing it only does the work. */
export async function inSpan<T>(
  tracing: Tracing | null,
  name: string,
  attributes: SpanAttributes,
  work: (span: Span | null) => Promise<T>,
): Promise<T> {
  if (tracing === null) return work(null);
  const span = tracing.start(name, "client", attributes);
  try {
    const result = await currentSpan.run(span, () => work(span));
    span.end();
    return result;
  } catch (error) {
    span.end(failureOf(error));
    throw error;
  }
}
