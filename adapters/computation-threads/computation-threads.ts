import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { type ComputationJob, type ComputationPort, KmsError } from '@keyhold/core'
import { ComputationThread, startWorker, ThreadEnded } from './computation-thread.ts'

export interface ComputationThreadsOptions {
  /** How many threads there are at most. Default: one for each processor but that of the requests, and one at least. */
  readonly threads?: number
  /** How many jobs wait at most, and ten times as many that are short; more are refused at once. Default: 100. */
  readonly maximumWaiting?: number
  /** Milliseconds for a job, its waiting included. Default: twenty seconds. */
  readonly timeout?: number
  /** Starts a thread that answers as `worker.ts` does. */
  readonly start?: () => Worker
}

interface Task {
  readonly job: ComputationJob
  readonly resolve: (result: Uint8Array | undefined) => void
  readonly reject: (error: unknown) => void
  /** How often a thread ended over it. */
  failures: number
  thread?: ComputationThread
}

/**
 * A pool of threads for what takes a millisecond to seconds. Threads are started when there is something to do,
 * and a thread that ends is replaced: its job is tried once more, since it may not have been the reason.
 */
export class ComputationThreads implements ComputationPort {
  readonly #threads: number
  readonly #maximumWaiting: number
  readonly #timeout: number
  readonly #start: () => Worker
  readonly #idle: ComputationThread[] = []
  readonly #waiting: Task[] = []
  readonly #running = new Set<Task>()
  #closed = false

  constructor({
    threads,
    maximumWaiting = 100,
    timeout = 20_000,
    start = startWorker,
  }: ComputationThreadsOptions = {}) {
    this.#threads = threads ?? Math.max(1, availableParallelism() - 1)
    this.#maximumWaiting = maximumWaiting
    this.#timeout = timeout
    this.#start = start
  }

  /** How many jobs are being computed. */
  get running(): number {
    return this.#running.size
  }

  /** How many wait for a thread. */
  get waiting(): number {
    return this.#waiting.length
  }

  async run(job: ComputationJob): Promise<Uint8Array | undefined> {
    if (this.#closed) throw overloaded('this is closed')
    const isFree = this.#waiting.length === 0 && this.#running.size < this.#threads
    if (!isFree && !this.#hasRoom(job)) throw overloaded('too many jobs wait')
    let deadline: NodeJS.Timeout | undefined
    try {
      return await new Promise((resolve, reject) => {
        const task: Task = { job, resolve, reject, failures: 0 }
        deadline = setTimeout(() => this.#expire(task), this.#timeout)
        this.#waiting.push(task)
        this.#next()
      })
    } finally {
      clearTimeout(deadline)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const tasks = [...this.#waiting.splice(0), ...this.#running]
    for (const task of tasks) task.reject(overloaded('this is being closed'))
    const threads = [...this.#idle.splice(0), ...tasks.map(({ thread }) => thread)]
    await Promise.all(threads.map(thread => thread?.end()))
  }

  /** Long jobs and short ones leave each other's room alone. */
  #hasRoom(job: ComputationJob): boolean {
    const isShort = isShortJob(job)
    const waiting = this.#waiting.filter(other => isShortJob(other.job) === isShort).length
    return waiting < (isShort ? 10 : 1) * this.#maximumWaiting
  }

  #next(): void {
    while (!this.#closed && this.#running.size < this.#threads) {
      const task = this.#waiting.shift()
      if (task === undefined) return
      this.#running.add(task)
      this.#compute(task).then(task.resolve, task.reject)
    }
  }

  async #compute(task: Task): Promise<Uint8Array | undefined> {
    try {
      for (;;) {
        const thread = this.#idleThread() ?? new ComputationThread(this.#start)
        task.thread = thread
        try {
          return await thread.run(task.job)
        } catch (error) {
          if (!(error instanceof ThreadEnded)) throw error
          task.failures += 1
          if (this.#closed || task.failures > 1) throw overloaded(error)
        } finally {
          if (!thread.hasEnded && !this.#closed) this.#idle.push(thread)
        }
      }
    } finally {
      this.#running.delete(task)
      this.#next()
    }
  }

  #idleThread(): ComputationThread | undefined {
    for (;;) {
      const thread = this.#idle.pop()
      if (!thread?.hasEnded) return thread
    }
  }

  /** A job that waits is left out, one that runs is ended with its thread: nothing else ends a computation. */
  #expire(task: Task): void {
    task.reject(overloaded('this was not computed in time'))
    const place = this.#waiting.indexOf(task)
    if (place !== -1) this.#waiting.splice(place, 1)
    task.failures = Number.POSITIVE_INFINITY
    task.thread?.end().catch(() => {})
  }
}

/** Whether a job takes a millisecond or two, where others take tens and more. */
function isShortJob({ scheme }: ComputationJob): boolean {
  return scheme === 'P-384' || scheme === 'P-521'
}

function overloaded(cause: unknown): KmsError {
  return new KmsError('OVERLOADED', 'there is too much to compute at the moment', { cause })
}
