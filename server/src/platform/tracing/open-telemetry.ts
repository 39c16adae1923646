import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Span as ApiSpan } from "@opentelemetry/api";
import { parseTraceParent } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { currentSpan, type Span, type SpanAttributes, type Tracing } from "./tracing.js";

export interface TracingSettings {
  /** The collector's base address; spans go to `/v1/traces` below it, as OTLP in JSON. */
  endpoint: string;
  serviceName: string;
  /** The part of traces that is kept, from 0 to 1, unless the caller's proxy has decided. */
  ratio: number;
}

const TEXT_LENGTH = 4096;
const STOP_MS = 3000;
const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

class OpenTelemetrySpan implements Span {
  constructor(readonly span: ApiSpan) {}

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.span.spanContext();
    return `00-${traceId}-${spanId}-0${traceFlags.toString(16)}`;
  }
  rename(name: string): void {
    this.span.updateName(name);
  }
  set(attributes: SpanAttributes): void {
    this.span.setAttributes(attributes);
  }
  end(failure: string | null = null): void {
    if (failure !== null) {
      this.span.setAttribute("error.type", failure);
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}

/** Within which span a new one starts. */
function contextOf(parent: string | null): Context {
  const remote = parent === null ? null : parseTraceParent(parent);
  if (remote) return trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true });
  const { current } = currentSpan;
  return current instanceof OpenTelemetrySpan ? trace.setSpan(ROOT_CONTEXT, current.span) : ROOT_CONTEXT;
}

/**
 * Tracing by OpenTelemetry's SDK. It is used directly: nothing is registered globally, no module is patched, and the
 * current span is one of our scoped values. The exporter reads OTEL_EXPORTER_OTLP_HEADERS from the environment itself.
 */
export function openTelemetry({ endpoint, serviceName, ratio }: TracingSettings, version: string): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, "")}/v1/traces` });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": serviceName, "service.version": version }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanLimits: { attributeValueLengthLimit: TEXT_LENGTH },
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer("gatehouse", version);
  return {
    start: (name, kind, attributes, parent = null) =>
      new OpenTelemetrySpan(tracer.startSpan(name, { kind: kinds[kind], attributes }, contextOf(parent))),
    stop: async () => {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_MS)));
      // The collector may be away; the spans are lost then.
      await Promise.race([provider.shutdown().catch(() => undefined), patience]);
      clearTimeout(timer);
    },
  };
}
