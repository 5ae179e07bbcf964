import { Worker } from 'node:worker_threads'
import { type ComputationJob, KmsError } from '@keyhold/core'
import type { Answer, Request } from './messages.ts'

/** Megabytes of a thread's heap: a computation takes a tenth of it, and no job may take the whole process along. */
const heapLimit = 256

/** Starts what listens for jobs. It neither inherits the process's environment nor its options. */
export function startWorker(): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: heapLimit }
  return new Worker(new URL('./worker.js', import.meta.url), {
    name: 'computation',
    env: {},
    execArgv: [],
    resourceLimits,
  })
}

/** What became of the thread: it has ended in the middle of a job, whatever the reason. */
export class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded'
}

/** A thread that computes one job at a time. Between jobs it does not keep the process alive. */
export class ComputationThread {
  readonly #worker: Worker
  readonly #ended: Promise<ThreadEnded>
  #hasEnded = false

  constructor(start: () => Worker) {
    this.#worker = start()
    this.#worker.unref()
    let cause: unknown
    this.#worker.on('error', error => (cause = error))
    this.#ended = new Promise(resolve =>
      this.#worker.on('exit', () => {
        this.#hasEnded = true
        resolve(new ThreadEnded('the thread has ended', { cause }))
      }),
    )
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** @throws ThreadEnded, a KmsError of the computation, or an Error for whatever is a bug in it */
  async run(job: ComputationJob): Promise<Uint8Array | undefined> {
    const answered = new Promise<Answer>(resolve => this.#worker.once('message', resolve))
    this.#worker.ref()
    try {
      const { request, own } = withOwnSecrets(job)
      this.#worker.postMessage(request, own)
      const answer = await Promise.race([answered, this.#ended])
      if (answer instanceof ThreadEnded) throw answer
      if ('refused' in answer) throw new KmsError(answer.refused, answer.message)
      if ('failed' in answer) throw new Error(answer.failed)
      return answer.result
    } finally {
      this.#worker.unref()
    }
  }

  /** Ends it, whatever it computes. */
  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}

/**
 * The job with secrets of its own, which move to the thread: a copy that was made for the message would be
 * nobody's to wipe. Everything else is copied.
 */
function withOwnSecrets(job: ComputationJob): { request: Request; own: ArrayBuffer[] } {
  const secrets = {
    ...('secret' in job && { secret: Uint8Array.from(job.secret) }),
    ...('random' in job && { random: Uint8Array.from(job.random) }),
  }
  return { request: { ...job, ...secrets }, own: Object.values(secrets).map(secret => secret.buffer) }
}
