import * as values from '../values.ts'
import { setting } from './setting.ts'

/** How much is done, and may be asked, at once. Every service counts for itself, its workers together. */
export const limitSettings = {
  workers: setting(
    'KMS_WORKERS',
    'workers',
    values.workers,
    '1',
    'How many processes serve requests, from 1 to 64, or auto: one for each processor. They share the store, which must ' +
      'not be memory.',
  ),
  rateLimitFailures: setting(
    'KMS_RATE_LIMIT_FAILURES',
    'rate-limit-failures',
    values.orOff(values.rate),
    '300/1m',
    'How many requests of one address may fail to prove who makes them, as 300/1m: then whatever comes from there is ' +
      'refused for a while. Or off.',
  ),
  rateLimitAddress: setting(
    'KMS_RATE_LIMIT_ADDRESS',
    'rate-limit-address',
    values.orOff(values.rate),
    'off',
    'How many requests one address may make, as 6000/1m; or off.',
  ),
  rateLimitPrincipal: setting(
    'KMS_RATE_LIMIT_PRINCIPAL',
    'rate-limit-principal',
    values.orOff(values.rate),
    'off',
    'How many requests one caller may make, from wherever: the holder of a key, or the owner of a token. As 6000/1m; or ' +
      'off.',
  ),
  maxRequests: setting(
    'KMS_MAX_REQUESTS',
    'max-requests',
    values.integer(1, 1_000_000),
    '2000',
    'How many requests may be under way at once; beyond them whoever has most of them waiting is answered 503.',
  ),
  maxConnections: setting(
    'KMS_MAX_CONNECTIONS',
    'max-connections',
    values.integer(1, 1_000_000),
    '10000',
    'How many connections there may be at once; those beyond are closed.',
  ),
  maxLoopDelay: setting(
    'KMS_MAX_LOOP_DELAY',
    'max-loop-delay',
    values.timeout,
    '5s',
    'How late the event loop may be, and how long a request may wait for its turn, before requests are answered 503.',
  ),
  maxMemory: setting(
    'KMS_MAX_MEMORY',
    'max-memory',
    values.orOff(values.integer(64, 16_777_216)),
    'off',
    'How much memory of its own each process may have, in MiB, before requests are answered 503; or off.',
  ),
} as const
