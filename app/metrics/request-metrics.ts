import type { Registry } from 'prom-client'
import type { RequestObserver, RequestRecord } from '../http/request-record.ts'
import { type Counter, CounterFamily, type Histogram, HistogramFamily } from './families.ts'

interface RouteMetrics {
  readonly count: Counter
  readonly seconds: Histogram
}

/** The parameters of a path, as the reference server calls them. */
const parameters = {
  ':keystoreId': '{keystore}',
  ':keyId': '{key}',
  ':capabilityId': '{capability}',
  ':sessionId': '{session}',
}

/** Counts requests. A route is looked up by its pattern alone, so nothing is joined or hashed for a request. */
export function requestMetrics(registry: Registry): RequestObserver {
  const counts = new CounterFamily(registry, 'kms_http_requests_count', 'Requests that were answered.', ['path'])
  const seconds = new HistogramFamily(
    registry,
    'kms_http_response_seconds',
    'From the head of a request to its answer.',
    ['path'],
  )
  const statuses = new CounterFamily(registry, 'kms_http_response_status_count', 'Answers, by status.', ['status'])
  const errors = new CounterFamily(registry, 'kms_http_errors_total', 'Errors that were answered, by code.', ['code'])
  const aborted = new CounterFamily(
    registry,
    'kms_http_aborted_total',
    'Requests whose client had gone before the answer.',
  ).child()
  const broken = new CounterFamily(
    registry,
    'kms_http_broken_frames_total',
    'What could not be read as a request.',
  ).child()
  const legacy = new CounterFamily(
    registry,
    'kms_zcap_legacy_coverage_total',
    'Requests whose signature covers less than it should.',
  ).child()
  const items = new CounterFamily(registry, 'kms_batch_items_total', 'Items of batches, and what came of them.', [
    'operation',
    'outcome',
  ])
  const decided = new CounterFamily(registry, 'kms_auth_verdicts_total', 'What was decided about callers.', [
    'caller',
    'verdict',
  ])
  const reasons = new CounterFamily(registry, 'kms_refusals_total', 'Why requests were refused, as the log says it.', [
    'code',
    'reason',
  ])

  const routes = new Map<string | null, RouteMetrics>()
  const ofRoute = (route: string | null): RouteMetrics => {
    const path =
      route === null ? 'none' : route.replace(/:\w+/g, name => parameters[name as keyof typeof parameters] ?? name)
    const made = { count: counts.child(path), seconds: seconds.child(path) }
    routes.set(route, made)
    return made
  }

  return record => {
    statuses.child(String(record.status)).value += 1
    if (record.code !== undefined) errors.child(record.code).value += 1
    if (record.id === null) {
      broken.value += 1
      return
    }
    const { count, seconds } = routes.get(record.route) ?? ofRoute(record.route)
    count.value += 1
    seconds.observe(record.milliseconds / 1000)
    if (record.aborted) aborted.value += 1
    if (record.legacyCoverage) legacy.value += 1
    if (record.items !== undefined) {
      const { operation, failed = 0 } = record
      items.child(operation ?? '', 'done').value += record.items - failed
      items.child(operation ?? '', 'failed').value += failed
    }
    const verdict = verdictOf(record)
    if (verdict !== undefined) decided.child(record.caller ?? 'nobody', verdict).value += 1
    if (record.reason !== undefined) reasons.child(record.code ?? '', classOf(record.reason)).value += 1
  }
}

const verdicts: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'unauthenticated',
  FORBIDDEN: 'forbidden',
  AUTH_UNAVAILABLE: 'unavailable',
}

/** Undefined where nobody needs to be known. What fails for another reason was let in, or has not come so far. */
function verdictOf({ operation, code = '', caller }: RequestRecord): string | undefined {
  if (operation === null) return undefined
  return verdicts[code] ?? (caller === null ? undefined : 'allowed')
}

/** Reasons are this server's own texts; what a library adds stands behind a colon. */
function classOf(reason: string): string {
  const end = reason.indexOf(':')
  return end === -1 ? reason : reason.slice(0, end)
}
