import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { leave, nextMessage } from '../child-messages.ts'
import { Load } from '../load.ts'
import type { Settings } from './big-store.ts'
import type { Memory, Usage } from './service.ts'

/** A service over a store. */
export class ScaledService {
  readonly #child: ChildProcess
  readonly #port: number

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.#port = port
  }

  static async start(settings: Settings): Promise<ScaledService> {
    const file = fileURLToPath(new URL('./service.js', import.meta.url))
    const child = fork(file, [JSON.stringify(settings)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const { port } = (await nextMessage(child)) as { readonly port: number }
    return new ScaledService(child, port)
  }

  /** A client. It is opened when it is needed: a service closes connections over which nothing is asked. */
  open(): Promise<Load> {
    return Load.open({ host: '127.0.0.1', port: this.#port })
  }

  /** Has a client ask `count` of the requests, in rotation. @returns microseconds of processor time that one took */
  async answer(client: Load, requests: readonly Buffer[], count: number): Promise<number> {
    const before = await this.#cpu()
    await client.slice(requests, count)
    return ((await this.#cpu()) - before) / count
  }

  memory(): Promise<Memory> {
    return this.#ask('memory') as Promise<Memory>
  }

  stop(): Promise<void> {
    return leave(this.#child)
  }

  async #cpu(): Promise<number> {
    return ((await this.#ask('usage')) as Usage).cpu
  }

  #ask(what: 'usage' | 'memory'): Promise<unknown> {
    this.#child.send(what)
    return nextMessage(this.#child)
  }
}
