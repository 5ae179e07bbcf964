import type { CallRecord } from './call-record.ts'
import { startHttpRelay } from './http-relay.ts'

/** One URL in front of several instances of the service, which get the requests in turn. */
export interface RoundRobin {
  readonly url: string
  /** Sends requests to these instances, beginning with the first one. */
  sendTo(instances: readonly string[]): void
  stop(): Promise<void>
}

/** Starts without instances: they must know its URL before they start. Notes them as `instance A`, `instance B`, … */
export async function startRoundRobin(record: CallRecord): Promise<RoundRobin> {
  let instances: readonly string[] = []
  let turn = 0
  const { url, stop } = await startHttpRelay({
    next: () => {
      const instance = instances[turn % instances.length]
      if (instance === undefined) throw new Error('there is no instance yet')
      turn += 1
      return instance
    },
    asked: ({ method = '', url = '' }, _body, to) => {
      const callee = `instance ${nameOf(instances.indexOf(to))}`
      const answered = record.asked(callee, method, url.slice(url.lastIndexOf('/') + 1))
      return () => answered()
    },
  })
  return {
    url,
    sendTo(others) {
      instances = others
      turn = 0
    },
    stop,
  }
}

function nameOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index)
}
