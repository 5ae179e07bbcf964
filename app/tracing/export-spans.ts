import type { Attributes } from '@opentelemetry/api'
import { ExportResultCode } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'

export interface TracingLog {
  warn(about: object, message: string): void
}

const ownAttributes: Attributes = { 'service.name': 'keyhold' }

/**
 * Where spans go, as the variables of OpenTelemetry say it (`OTEL_EXPORTER_OTLP_…`, `OTEL_SERVICE_NAME`,
 * `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`, `OTEL_BSP_…`): the libraries read them. What waits is bounded, and
 * dropped if nobody takes it.
 */
export function openProvider(log: TracingLog): BasicTracerProvider {
  const resource = defaultResource()
    .merge(resourceFromAttributes(ownAttributes))
    .merge(detectResources({ detectors: [envDetector] }))
  return new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(telling(log))] })
}

/** The library is silent when it fails. What a collector says of it stays with it. */
function telling(log: TracingLog): SpanExporter {
  const exporter = new OTLPTraceExporter()
  return {
    export(spans, done) {
      exporter.export(spans, result => {
        if (result.code !== ExportResultCode.SUCCESS) log.warn({ spans: spans.length }, 'spans could not be exported')
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  }
}
