import { appendFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Loaded into the service beside it (`--import`): appends what it sees of the process to a file, one JSON object a line. What
 * is garbage is collected before, so that the heap is what is alive.
 */
export interface InsideSample {
  /** Milliseconds since the process began. */
  readonly at: number
  /** Bytes. */
  readonly heap: number
  readonly external: number
  /** Timers, sockets and whatever else keeps the process going. */
  readonly handles: number
  /** Milliseconds by which the event loop was late at most times, and at worst. */
  readonly loopDelay: number
  readonly longestLoopDelay: number
}

const { KEYHOLD_SOAK_FILE: file = '', KEYHOLD_SOAK_INTERVAL: interval = '' } = process.env
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()

const sample = () => {
  const { mean, max } = delay
  collect()
  const { heapUsed, external } = process.memoryUsage()
  const figures: InsideSample = {
    at: performance.now(),
    heap: heapUsed,
    external,
    handles: process.getActiveResourcesInfo().length,
    loopDelay: milliseconds(mean),
    longestLoopDelay: milliseconds(max),
  }
  appendFileSync(file, `${JSON.stringify(figures)}\n`)
  // The collection itself is none of the service's delays.
  delay.reset()
}

/** The histogram counts from one tick to the next. */
function milliseconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - 10)
}

if (file !== '') setInterval(sample, Number(interval)).unref()
