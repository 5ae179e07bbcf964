import type { FastifyBaseLogger } from 'fastify'
import type { RequestObserver } from './request-record.ts'

/** Logs one line for each request, and with it what has failed here. */
export function requestLog(log: FastifyBaseLogger): RequestObserver {
  return (record, failure) => {
    if (failure === undefined) log.info(record, 'request')
    else log.error({ ...record, err: failure }, 'request failed')
  }
}
