import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'
import type { ObserveCall } from '@keyhold/adapters'
import { observed } from '@keyhold/core'
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import type { Around } from '../around.ts'
import type { RequestRecord } from '../http/request-record.ts'
import type { RequestTracing } from '../http/traced-requests.ts'
import { outcomeOf } from '../trace.ts'
import { openProvider, type TracingLog } from './export-spans.ts'

/** Milliseconds that a stop waits for the last spans to be taken. */
const flushTime = 3000

const propagator = new W3CTraceContextPropagator()

/**
 * Traces (OpenTelemetry): a span for each request, and below it one for each call of a store, lock, vault or other server.
 * Their attributes are those of the request's record that cannot name anybody; ids of keystores and keys are none.
 */
export class Tracing implements RequestTracing<Context> {
  readonly #provider: ReturnType<typeof openProvider>
  readonly #tracer: Tracer
  readonly #current = new AsyncLocalStorage<Context>()

  constructor(log: TracingLog) {
    this.#provider = openProvider(log)
    this.#tracer = this.#provider.getTracer('keyhold')
  }

  /**
   * Begins the span of a request. What a trusted proxy says of the trace is continued. What anybody else says is linked: it
   * decides neither which trace this is nor whether it is sampled.
   */
  begin({ headers }: IncomingMessage, isTrusted: boolean): Context {
    const remote = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter)
    const remoteSpan = trace.getSpanContext(remote)
    const links = remoteSpan && !isTrusted ? [linkTo(remoteSpan)] : []
    const parent = isTrusted ? remote : ROOT_CONTEXT
    return trace.setSpan(parent, this.#tracer.startSpan('request', { kind: SpanKind.SERVER, links }, parent))
  }

  /** Runs what belongs to a span. */
  within<T>(context: Context, run: () => T): T {
    return this.#current.run(context, run)
  }

  end(context: Context, { id, method, route, operation, caller, status, code, aborted }: RequestRecord): void {
    const span = spanOf(context)
    if (!span?.isRecording()) return
    span.updateName(`${method} ${route ?? 'none'}`)
    span.setAttributes({
      'http.request.method': method ?? '',
      'http.response.status_code': status,
      ...(route !== null && { 'http.route': route }),
      ...(code !== undefined && { 'error.type': code }),
      ...(operation !== null && { 'keyhold.operation': operation }),
      ...(caller !== null && { 'keyhold.caller': caller }),
      ...(aborted && { 'keyhold.aborted': true }),
      'keyhold.request_id': id ?? '',
    })
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }

  /** A span around each call of a port, below that of the request. */
  readonly around: Around = ({ port, call, about }, run) => {
    const { collection } = about as { collection?: string }
    const attributes = { 'keyhold.port': port, ...(collection && { 'keyhold.collection': collection }) }
    const context = this.#child(`${port} ${call}`, SpanKind.INTERNAL, attributes)
    if (context === undefined) return run()
    const span = spanOf(context)
    return observed(
      () => this.within(context, run),
      () => span?.end(),
      error => {
        fail(span, outcomeOf(error))
        span?.end()
      },
    )
  }

  /** A span for each call of another server, which learns of it by `traceparent` (W3C Trace Context). */
  readonly outbound = (peer: string): ObserveCall => {
    return operation => {
      const own = this.#child(`${peer} ${operation}`, SpanKind.CLIENT, { 'peer.service': peer })
      const context = own ?? this.#current.getStore()
      if (context === undefined) return { end: () => undefined }
      const headers: Record<string, string> = {}
      propagator.inject(context, headers, defaultTextMapSetter)
      const span = own && spanOf(own)
      return {
        headers,
        end: outcome => {
          span?.setAttribute('keyhold.outcome', outcome)
          if (!/^[1-3]xx$/.test(outcome)) fail(span, outcome)
          span?.end()
        },
      }
    }
  }

  /** Sends what is left, if somebody takes it in time. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>(resolve => (timer = setTimeout(resolve, flushTime)))
    await Promise.race([this.#provider.shutdown().catch(() => undefined), late])
    clearTimeout(timer)
  }

  /** Undefined outside of requests, since what the service does by itself is no part of one, and where none is wanted. */
  #child(name: string, kind: SpanKind, attributes: Record<string, string>): Context | undefined {
    const parent = this.#current.getStore()
    if (parent === undefined || !spanOf(parent)?.isRecording()) return undefined
    return trace.setSpan(parent, this.#tracer.startSpan(name, { kind, attributes }, parent))
  }
}

function spanOf(context: Context): Span | undefined {
  return trace.getSpan(context)
}

/** Without `tracestate`, which is anybody's text. */
function linkTo({ traceId, spanId, traceFlags }: SpanContext) {
  return { context: { traceId, spanId, traceFlags } }
}

function fail(span: Span | undefined, why: string): void {
  span?.setAttribute('error.type', why)
  span?.setStatus({ code: SpanStatusCode.ERROR })
}
