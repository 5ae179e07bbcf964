import type { Socket } from 'node:net'

export type Direction = 'requests' | 'answers'

/** What a proxy lets through, and the connections that it holds. */
export class Valve {
  readonly #held = new Map<Direction, Held>()
  readonly #sockets = new Set<Socket>()
  #isCut = false

  /** From now on holds requests, or answers: whoever waits for them waits. */
  pause(direction: Direction): void {
    if (!this.#held.has(direction)) this.#held.set(direction, held())
  }

  /** Breaks all connections, and every new one at once. What is held is lost with them. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Lets everything through again. */
  resume(): void {
    this.#isCut = false
    for (const { resolve } of this.#held.values()) resolve()
    this.#held.clear()
  }

  /** Resolves when something may pass. */
  async pass(direction: Direction): Promise<void> {
    await this.#held.get(direction)?.promise
  }

  /** A connection that lasts as long as it is not cut. */
  add(socket: Socket): void {
    this.#sockets.add(socket)
    // That a connection breaks is what a proxy passes on, by breaking the other one.
    socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket))
    if (this.#isCut) socket.destroy()
  }
}

interface Held {
  readonly promise: Promise<void>
  resolve(): void
}

function held(): Held {
  let resolve = () => {}
  const promise = new Promise<void>(done => (resolve = done))
  return { promise, resolve: () => resolve() }
}
