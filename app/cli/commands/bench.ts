import { randomBytes } from 'node:crypto'
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { type Key, KeyholdError } from '@keyhold/client'
import { durationUpTo, integer } from '../../config/values.ts'
import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'
import { progressBar } from '../progress-bar.ts'

/** Sends the same request again and again, whose answer is not looked at. */
type Send = () => Promise<unknown>

/** Milliseconds. */
const longest = 3_600_000

/** What a key is asked for, after whatever has to be made for it. */
const operations: Readonly<Record<string, (key: Key, data: Uint8Array) => Promise<Send>>> = {
  sign: async (key, data) => () => key.sign(data, once),
  async verify(key, data) {
    const signature = await key.sign(data)
    return () => key.verify(signature, data, once)
  },
  encrypt: async (key, data) => () => key.encrypt(data, undefined, once),
  async decrypt(key, data) {
    const encrypted = await key.encrypt(data)
    return () => key.decrypt(encrypted, undefined, once)
  },
  mac: async (key, data) => () => key.computeMac(data, once),
}

/** What the service answers when there is too much to do. */
const tooMuch = new Set(['RATE_LIMITED', 'OVERLOADED'])

/** What is refused is counted, and not sent again. */
const once = { retries: 0 }

export const command = defineCommand({
  options: {
    ...callerOptions,
    operation: {
      type: 'string',
      value: 'NAME',
      choices: Object.keys(operations),
      default: 'sign',
      description: 'What the key is asked for.',
    },
    connections: {
      type: 'string',
      value: 'NUMBER',
      parse: integer(1, 1024),
      default: '16',
      description: 'How many requests are under way at once.',
    },
    for: { type: 'string', value: 'DURATION', parse: durationUpTo(longest), default: '10s', description: 'How long.' },
    requests: {
      type: 'string',
      value: 'NUMBER',
      parse: integer(1, 1_000_000_000),
      description: 'How many, if that comes first.',
    },
    size: {
      type: 'string',
      value: 'BYTES',
      parse: integer(0, 1_000_000),
      default: '256',
      description: 'How long the data is.',
    },
  },
  words: ['KEY'],
  more: `
Asks a running service for the same thing again and again, and says how many answers come in a second and how long they
take. This process takes its part of the machine: run it on another one, or several. What the service refuses because
there is too much to do (RATE_LIMITED, OVERLOADED) is counted apart; anything else ends it.
`,
  async run({ operation, connections, for: duration, requests, size, ...caller }, [url], { notes }) {
    const { keyhold, capability } = await openCaller(caller, url)
    const send = await operations[operation]?.(keyhold.key(url, capability), randomBytes(size))
    if (send === undefined) throw new RangeError(`there is no operation ${operation}`)
    const most = requests ?? Number.POSITIVE_INFINITY
    const [histogram, bar, start] = [createHistogram(), progressBar(notes), performance.now()]
    let [begun, refused] = [0, 0]
    const work = async () => {
      while (begun < most && performance.now() - start < duration) {
        begun += 1
        if (!(await isAnswered(send, histogram))) refused += 1
        bar.draw('seconds', Math.floor((performance.now() - start) / 1000), Math.ceil(duration / 1000))
      }
    }
    try {
      await Promise.all(Array.from({ length: connections }, work))
    } finally {
      bar.end()
    }
    const seconds = (performance.now() - start) / 1000
    const answered = begun - refused
    const json = { operation, connections, seconds, answered, refused, perSecond: answered / seconds }
    const milliseconds = answered === 0 ? null : quantiles(histogram)
    const latency =
      milliseconds === null ? [] : Object.entries(milliseconds).map(([name, time]) => `${name} ${time} ms`)
    const text = `${answered} answers in ${seconds.toFixed(1)} s: ${(answered / seconds).toFixed(1)} a second
refused: ${refused}\n${latency.length === 0 ? '' : `${latency.join(', ')}\n`}`
    return { text, json: { ...json, milliseconds } }
  },
})

async function isAnswered(send: Send, histogram: RecordableHistogram): Promise<boolean> {
  const sent = performance.now()
  try {
    await send()
  } catch (error) {
    if (error instanceof KeyholdError && tooMuch.has(error.code)) return false
    throw error
  }
  histogram.record(Math.max(1, Math.round((performance.now() - sent) * 1000)))
  return true
}

/** The histogram counts microseconds. */
function quantiles(histogram: RecordableHistogram) {
  const [p50, p90, p99] = [50, 90, 99].map(part => histogram.percentile(part) / 1000)
  return { p50, p90, p99, max: histogram.max / 1000 }
}
