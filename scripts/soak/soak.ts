import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../bench/statistics.ts'
import { type ServiceProcess, startService } from '../service-process.ts'
import type { InsideSample } from './inside.ts'
import { lookAt, type OutsideSample } from './outside.ts'
import { type Slope, slopeOf } from './slope.ts'
import { type Bounds, Scene, type Task, tasks } from './workload.ts'

export interface SoakOptions {
  /** Of an empty directory. */
  readonly directory: string
  /** Milliseconds: all of it, of its beginning that is not measured, and between two samples. */
  readonly duration: number
  readonly warmUp: number
  readonly interval: number
  /** Tasks in a second, each of one or two requests; fewer if the service does not keep up. */
  readonly rate: number
  readonly bounds: Bounds
  readonly seed: number
  readonly report?: (progress: { readonly part: number; readonly tasks: number; readonly rss: number }) => void
}

export type Measured = 'rss' | 'anonymous' | 'heap' | 'external' | 'handles' | 'descriptors' | 'threads'

export interface SoakReport {
  readonly seconds: number
  /** How often each task was done. */
  readonly tasks: Readonly<Record<string, number>>
  /** What was answered otherwise than it should be. */
  readonly violations: readonly string[]
  /** After the warm-up. */
  readonly slopes: Readonly<Record<Measured, Slope>>
  /** Milliseconds: the mean of all intervals, and the longest of all. */
  readonly loopDelay: number
  readonly longestLoopDelay: number
}

/** Tasks under way at once. */
const workers = 8

/** Works the real service over an embedded store for a while, and fits how what it uses grows. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { directory, interval, duration, warmUp } = options
  const file = join(directory, 'inside.jsonl')
  const service = await startService({
    directory,
    environment: {
      KMS_AUTH_TYPE: 'zcap',
      KMS_TRUSTED_PROXIES: '127.0.0.1',
      KMS_RATE_LIMIT_ADDRESS: '1000000/1m',
      KMS_RATE_LIMIT_PRINCIPAL: '1000000/1m',
      NODE_OPTIONS: `--import=${new URL('./inside.js', import.meta.url).href}`,
      KEYHOLD_SOAK_FILE: file,
      KEYHOLD_SOAK_INTERVAL: String(interval),
    },
  })
  service.forgetOutput()
  try {
    const began = performance.now()
    const work = new Work(await Scene.open(service.url, options.bounds, seededRandom(options.seed)))
    const isOver = () => performance.now() - began >= duration
    const [outside] = await Promise.all([watch(service, options, isOver, work), work.run(options.rate, isOver)])
    const inside = (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as InsideSample)
    const measured = inside.filter(({ at }) => at >= warmUp)
    const of = (name: 'heap' | 'external' | 'handles') => slopeOf(measured.map(each => [each.at, each[name]]))
    const from = (name: keyof OutsideSample) => slopeOf(outside.map(([at, each]) => [at, each[name]]))
    return {
      seconds: Math.round((performance.now() - began) / 1000),
      tasks: Object.fromEntries(work.counts),
      violations: work.violations,
      slopes: {
        rss: from('rss'),
        anonymous: from('anonymous'),
        heap: of('heap'),
        external: of('external'),
        handles: of('handles'),
        descriptors: from('descriptors'),
        threads: from('threads'),
      },
      loopDelay: measured.reduce((sum, each) => sum + each.loopDelay, 0) / measured.length,
      longestLoopDelay: Math.max(...measured.map(each => each.longestLoopDelay)),
    }
  } finally {
    await service.stop()
  }
}

async function watch(
  { pid }: ServiceProcess,
  { interval, duration, warmUp, report }: SoakOptions,
  isOver: () => boolean,
  work: Work,
): Promise<(readonly [time: number, OutsideSample])[]> {
  const samples: (readonly [number, OutsideSample])[] = []
  const began = performance.now()
  while (!isOver()) {
    await sleep(interval)
    const time = performance.now() - began
    const sample = await lookAt(pid)
    if (time >= warmUp) samples.push([time, sample])
    report?.({ part: Math.min(1, time / duration), tasks: work.done, rss: sample.rss })
  }
  return samples
}

/** Each task as often as its weight says. */
const turns = tasks.flatMap(task => Array.from({ length: task.weight }, () => task))

class Work {
  readonly counts = new Map<string, number>()
  readonly violations: string[] = []
  readonly #scene: Scene
  done = 0

  constructor(scene: Scene) {
    this.#scene = scene
  }

  async run(rate: number, isOver: () => boolean): Promise<void> {
    for (const task of tasks) await this.#one(task)
    const began = performance.now()
    const worker = async () => {
      while (!isOver()) {
        const early = (this.done / rate) * 1000 - (performance.now() - began)
        this.done += 1
        if (early > 0) await sleep(early)
        await this.#one(this.#scene.pick(turns))
      }
    }
    await Promise.all(Array.from({ length: workers }, worker))
  }

  async #one({ name, run, statuses }: Task): Promise<void> {
    try {
      const { status, body } = await run(this.#scene)
      if (!statuses.includes(status)) this.#violated(`${name}: answered ${status} ${body?.code ?? ''}`)
    } catch (error) {
      this.#violated(`${name}: ${error}`)
    }
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }

  /** The first of many are enough. */
  #violated(text: string): void {
    if (this.violations.length < 100) this.violations.push(text)
  }
}
