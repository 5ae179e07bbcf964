import * as values from '../values.ts'
import { setting } from './setting.ts'

/** Where the service listens, and what it bears with. */
export const httpSettings = {
  host: setting('KMS_HOST', 'host', values.address, '127.0.0.1:8076', 'Where to listen, as host:port.'),
  baseUrl: setting(
    'KMS_BASE_URL',
    'base-url',
    values.baseUrl,
    undefined,
    'The URL under which clients reach the service; every answered key URL begins with it. Default: where it listens.',
  ),
  corsEnable: setting(
    'KMS_CORS_ENABLE',
    'enable-cors',
    values.boolean,
    'false',
    'Whether pages of other origins may call this server from a browser.',
  ),
  corsOrigins: setting(
    'KMS_CORS_ORIGINS',
    'cors-origins',
    values.origins,
    undefined,
    'The origins of those pages (https://wallet.example), separated by commas. Without it pages of any origin may.',
  ),
  docsEnable: setting(
    'KMS_DOCS_ENABLE',
    'enable-docs',
    values.boolean,
    'true',
    'Whether /docs is a page that shows the API, and sends requests to it.',
  ),
  bodyLimit: setting(
    'KMS_BODY_LIMIT',
    'body-limit',
    values.integer(1024, 64 * 1024 * 1024),
    '1048576',
    'The largest request body, in bytes.',
  ),
  requestTimeout: setting(
    'KMS_REQUEST_TIMEOUT',
    'request-timeout',
    values.timeout,
    '30s',
    'How long a client may take to send a request.',
  ),
  shutdownDelay: setting(
    'KMS_SHUTDOWN_DELAY',
    'shutdown-delay',
    values.durationUpTo(3_600_000),
    '1s',
    'How long a stop goes on taking connections, while /health/ready is 503 and every answer ends its connection. ' +
      'Longer than whatever spreads requests among servers takes to notice.',
  ),
  shutdownTimeout: setting(
    'KMS_SHUTDOWN_TIMEOUT',
    'shutdown-timeout',
    values.timeout,
    '30s',
    'How long a stop waits after that for the requests under way.',
  ),
} as const
