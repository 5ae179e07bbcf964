import * as values from '../values.ts'
import { setting } from './setting.ts'

/** What the service says of itself. */
export const observationSettings = {
  logLevel: setting(
    'KMS_LOG_LEVEL',
    'log-level',
    values.oneOf('critical', 'error', 'warning', 'info', 'debug'),
    'info',
    'How much is logged: critical, error, warning, info or debug.',
  ),
  logFormat: setting(
    'KMS_LOG_FORMAT',
    'log-format',
    values.oneOf('auto', 'json', 'pretty'),
    'auto',
    'How it is written: json (one object a line), pretty (a line for a person to read) or auto (pretty on a terminal alone).',
  ),
  metricsHost: setting(
    'KMS_METRICS_HOST',
    'metrics-host',
    values.address,
    undefined,
    'Where Prometheus finds metrics, as host:port, at /metrics; it needs no proof. Without it there are none.',
  ),
} as const
