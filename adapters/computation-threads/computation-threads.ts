import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { type ComputationJob, type ComputationPort, KmsError } from '@keyhold/core'
import { LRUCache } from 'lru-cache'
import { ComputationThread, startWorker, ThreadEnded } from './computation-thread.ts'

export interface ComputationThreadsOptions {
  /** How many threads there are at most. Default: one for each processor but that of the requests, and one at least. */
  readonly threads?: number
  /**
   * How many jobs wait at most, and ten times as many that are short. Beyond that, the newest of the owner who has most of
   * them waiting is refused at once. Default: 100.
   */
  readonly maximumWaiting?: number
  /** Milliseconds for a job, its waiting included. Default: twenty seconds. */
  readonly timeout?: number
  /** Starts a thread that answers as `worker.ts` does. */
  readonly start?: () => Worker
}

interface Task {
  readonly job: ComputationJob
  readonly owner: string
  readonly resolve: (result: Uint8Array | undefined) => void
  readonly reject: (error: unknown) => void
  /** How often a thread ended over it. */
  failures: number
  thread?: ComputationThread
}

/** Of so many owners is known when they had a turn. */
const mostOwners = 10_000

/**
 * A pool of threads for what takes a millisecond to seconds. Owners of jobs take turns, however many each has. Threads are
 * started when there is something to do, and a thread that ends is replaced: its job is tried once more, since it may not
 * have been the reason.
 */
export class ComputationThreads implements ComputationPort {
  readonly #threads: number
  readonly #maximumWaiting: number
  readonly #timeout: number
  readonly #start: () => Worker
  readonly #idle: ComputationThread[] = []
  readonly #waiting: Task[] = []
  readonly #running = new Set<Task>()
  /** Of each owner: which turn its last one was. Whoever is forgotten has the next one. */
  readonly #turns = new LRUCache<string, number>({ max: mostOwners })
  #turn = 0
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

  async run(job: ComputationJob, owner = ''): Promise<Uint8Array | undefined> {
    if (this.#closed) throw overloaded('this is closed')
    let deadline: NodeJS.Timeout | undefined
    try {
      return await new Promise((resolve, reject) => {
        const task: Task = { job, owner, resolve, reject, failures: 0 }
        deadline = setTimeout(() => this.#expire(task), this.#timeout)
        this.#waiting.push(task)
        this.#next()
        this.#refuseBeyond(isShortJob(job))
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
  #refuseBeyond(isShort: boolean): void {
    const waiting = this.#waiting.filter(({ job }) => isShortJob(job) === isShort)
    if (waiting.length <= (isShort ? 10 : 1) * this.#maximumWaiting) return
    const counts = new Map<string, number>()
    for (const { owner } of waiting) counts.set(owner, (counts.get(owner) ?? 0) + 1)
    const most = Math.max(...counts.values())
    const newest = waiting.findLast(({ owner }) => counts.get(owner) === most)
    if (newest !== undefined && this.#leave(newest)) newest.reject(overloaded('too many jobs wait'))
  }

  /** Takes the first job of whoever had its turn longest ago. */
  #take(): Task | undefined {
    let next: Task | undefined
    for (const task of this.#waiting) if (next === undefined || this.#lastTurn(task) < this.#lastTurn(next)) next = task
    if (next === undefined) return undefined
    this.#leave(next)
    this.#turn += 1
    this.#turns.set(next.owner, this.#turn)
    return next
  }

  #lastTurn({ owner }: Task): number {
    return this.#turns.peek(owner) ?? 0
  }

  /** @returns whether it was waiting */
  #leave(task: Task): boolean {
    const place = this.#waiting.indexOf(task)
    if (place !== -1) this.#waiting.splice(place, 1)
    return place !== -1
  }

  #next(): void {
    while (!this.#closed && this.#running.size < this.#threads) {
      const task = this.#take()
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
    this.#leave(task)
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
