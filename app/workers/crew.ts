import type { Clock } from '@keyhold/core'
import type { FastifyBaseLogger } from 'fastify'
import type { Channel, Handlers } from './channel.ts'
import { isHanging } from './hanging.ts'
import { Restarts } from './restarts.ts'

/** How a process has ended. */
export interface End {
  readonly code: number | null
  readonly signal: string | null
}

/** A worker has ended before it was ready; why, it has said itself. */
export class WorkerEnded extends Error {
  override readonly name = 'WorkerEnded'

  constructor({ code, signal }: End) {
    super(`a worker ended at its start (${signal ?? `exit code ${code}`})`)
  }
}

/** A worker that was started, by whatever starts it. */
export interface WorkerProcess {
  readonly channel: Channel
  readonly ended: Promise<End>
  /** Sends a signal. */
  kill(signal: 'SIGHUP' | 'SIGKILL'): void
}

export interface CrewOptions {
  readonly count: number
  /** @param place a number from 1 that tells it from the others; whoever takes its place has the same */
  readonly start: (place: number, handlers: Handlers) => WorkerProcess
  /** What is done for the workers beside starting them. */
  readonly handlers: Handlers
  readonly clock: Clock
  readonly log: Pick<FastifyBaseLogger, 'error' | 'info'>
  /** Milliseconds in which a stop must have ended. */
  readonly stopTimeout: number
  /** Is told of each worker that has ended. */
  readonly onEnd?: (worker: WorkerProcess) => void
}

interface Member {
  readonly worker: WorkerProcess
  readonly prepared: Promise<void>
  readonly listening: Promise<string>
}

/** Processes that do the same work. One that ends, or hangs, is replaced, unless that happens again and again. */
export class Crew {
  readonly #options: CrewOptions
  readonly #restarts: Restarts
  readonly #members = new Map<number, Member>()
  #opened: readonly Member[] = []
  #isOver = false
  #hasFailed = false
  #giveUp: () => void = () => undefined
  /** Resolves when workers end so often that none is started any more. */
  readonly givenUp = new Promise<void>(resolve => (this.#giveUp = resolve))
  /** How often a worker took another one's place. */
  replaced = 0

  constructor(options: CrewOptions) {
    this.#options = options
    this.#restarts = new Restarts(options.clock)
  }

  get processes(): readonly WorkerProcess[] {
    return [...this.#members.values()].map(({ worker }) => worker)
  }

  /** Starts them: the first alone, since it makes what the others find. @throws WorkerEnded if one ends before it is ready */
  async open(): Promise<void> {
    const first = this.#start(1)
    await first.prepared
    const others = Array.from({ length: this.#options.count - 1 }, (_, index) => this.#start(index + 2))
    this.#opened = [first, ...others]
    await Promise.all(this.#opened.map(({ prepared }) => prepared))
  }

  /** Lets them listen. @returns where @throws WorkerEnded as well */
  async listen(): Promise<string> {
    for (const { worker } of this.#opened) worker.channel.tell('listen', null)
    const [url = ''] = await Promise.all(this.#opened.map(({ listening }) => listening))
    for (const [index, member] of this.#opened.entries()) void this.#keep(index + 1, member)
    return url
  }

  reload(): void {
    for (const worker of this.processes) worker.kill('SIGHUP')
  }

  /** Lets them finish what they have taken. @returns whether all of them have ended well */
  async stop(): Promise<boolean> {
    this.#isOver = true
    const processes = this.processes
    for (const { channel } of processes) channel.tell('stop', null)
    const impatience = setTimeout(() => {
      for (const worker of processes) worker.kill('SIGKILL')
    }, this.#options.stopTimeout)
    const ends = await Promise.all(processes.map(({ ended }) => ended))
    clearTimeout(impatience)
    return !this.#hasFailed && ends.every(({ code }) => code === 0)
  }

  #start(place: number): Member {
    const { start, handlers, onEnd } = this.#options
    let [prepare, listen] = [() => {}, (_url: string) => {}]
    const isPrepared = new Promise<void>(resolve => (prepare = resolve))
    const isListening = new Promise<string>(resolve => (listen = resolve))
    const worker = start(place, { ...handlers, prepared: prepare, listening: ({ url }) => listen(url) })
    const failed = worker.ended.then((end): never => {
      throw new WorkerEnded(end)
    })
    const member = {
      worker,
      prepared: Promise.race([isPrepared, failed]),
      listening: Promise.race([isListening, failed]),
    }
    // Whether or not anybody waits for them.
    for (const state of [member.prepared, member.listening]) state.catch(() => undefined)
    void worker.ended.then(() => {
      worker.channel.close()
      if (this.#members.get(place) === member) this.#members.delete(place)
      onEnd?.(worker)
    })
    this.#members.set(place, member)
    return member
  }

  /** Sees to it that there is a worker at a place until the end. */
  async #keep(place: number, { worker }: Member): Promise<void> {
    const { log } = this.#options
    void this.#endIfHanging(place, worker)
    const end = await worker.ended
    if (this.#isOver) return
    log.error({ worker: place, ...end }, 'a worker has ended')
    const pause = this.#restarts.pause()
    if (pause === undefined) {
      this.#hasFailed = true
      this.#giveUp()
      return
    }
    await new Promise(resolve => setTimeout(resolve, pause))
    if (this.#isOver) return
    this.replaced += 1
    const next = this.#start(place)
    void this.#keep(place, next)
    try {
      await next.prepared
      next.worker.channel.tell('listen', null)
      await next.listening
      log.info({ worker: place }, 'another worker has taken its place')
    } catch {
      // That it has ended is seen to by whoever keeps it.
    }
  }

  /** Its connections hang with it, and no signal that it could take would end it. */
  async #endIfHanging(place: number, worker: WorkerProcess): Promise<void> {
    if (!(await isHanging(worker.channel, worker.ended)) || this.#isOver) return
    this.#options.log.error({ worker: place }, 'a worker hangs, and is killed')
    worker.kill('SIGKILL')
  }
}
