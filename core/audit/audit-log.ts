import type { Durability, Ports } from '../ports/index.ts'
import type { Records } from '../records/records.ts'
import { openServerSigner } from '../server-signer.ts'
import { Gathering, type Turns } from './gathering.ts'
import type { Decision, Head } from './line.ts'
import { LogWriter, type Writing } from './log-writer.ts'

export interface AuditOptions extends Partial<Pick<Writing, 'bound'>> {
  /** Default: both run something when the running task has ended. */
  readonly turns?: Turns
  /** Is told why something could not be written that no request waits for. */
  readonly onFailure?: (error: unknown) => void
}

/** The name of the server's own log in place of a keystore's id. */
export const serverLog = ''

/** Milliseconds after which a chain ends. */
const longestLife = 60_000

/** Logs that are written to at once, at most: beyond that the chain that began first ends. */
const mostChains = 10_000

/** So many chains are ended at once: each is signed, and what is asked meanwhile waits. */
const endedAtOnce = 50

/** So many ends of chains are named by one entry. */
const headsOfEntry = 100

/**
 * Writes what is decided and done to the log of the keystore that it is about, and everything else to the server's own.
 * Any number of processes may write to the same logs: each has chains of its own.
 *
 * A chain ends, and is signed, after a minute or a thousand entries; the next entry begins another one. The ends of
 * keystores' chains are entries of the server's own log, so that what is missing from a keystore's is missed there.
 */
export class AuditLog {
  readonly #writers = new Map<string, LogWriter>()
  readonly #writing: Writing
  readonly #onFailure: (error: unknown) => void
  /** Ends of chains that the server's log does not have yet. */
  #heads: Head[] = []

  constructor(writing: Omit<Writing, 'onEnd' | 'onIdle'>, onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure
    this.#writing = {
      ...writing,
      onEnd: head => head.keystore !== serverLog && this.#heads.push(head),
      onIdle: keystore => this.#writers.delete(keystore),
    }
  }

  /**
   * Resolves when the entry is in the store.
   *
   * @param durability what it then survives
   * @throws KmsError AUDIT_UNAVAILABLE
   */
  write(keystore: string, decision: Decision, durability: Durability = 'flushed'): Promise<void> {
    return this.#writerOf(keystore).write(decision, durability)
  }

  /** Ends the chains whose time is over. To be called every few seconds. */
  async tick(): Promise<void> {
    await this.#end(({ age }) => age >= longestLife)
  }

  /** Ends all chains. Nothing is written afterwards. */
  async close(): Promise<void> {
    await this.#end(() => true)
  }

  async #end(isOver: (writer: LogWriter) => boolean): Promise<void> {
    const over = [...this.#writers].filter(([keystore, writer]) => keystore !== serverLog && isOver(writer))
    for (let at = 0; at < over.length; at += endedAtOnce) {
      await Promise.all(over.slice(at, at + endedAtOnce).map(([_keystore, writer]) => this.#tried(writer.end())))
    }
    await this.#writeHeads()
    const server = this.#writers.get(serverLog)
    if (server !== undefined && isOver(server)) await this.#tried(server.end())
  }

  async #writeHeads(): Promise<void> {
    const heads = this.#heads
    this.#heads = []
    const writer = heads.length > 0 && this.#writerOf(serverLog)
    for (let at = 0; writer && at < heads.length; at += headsOfEntry) {
      await this.#tried(writer.write({ type: 'heads', heads: heads.slice(at, at + headsOfEntry) }, 'written'))
    }
  }

  #writerOf(keystore: string): LogWriter {
    const known = this.#writers.get(keystore)
    if (known !== undefined) return known
    const [oldest] = this.#writers.values()
    if (oldest !== undefined && this.#writers.size >= mostChains) void this.#tried(oldest.end())
    const writer = new LogWriter(keystore, this.#writing)
    this.#writers.set(keystore, writer)
    return writer
  }

  #tried(writing: Promise<void>): Promise<void> {
    return writing.catch(this.#onFailure)
  }
}

const tasks: Turns = { nextTurn: queueMicrotask, shortly: queueMicrotask }

/** Opens the audit log of a server, with a signing key of its own. */
export async function openAuditLog(ports: Ports, records: Records, options: AuditOptions): Promise<AuditLog> {
  const { random, clock } = ports
  const { turns = tasks, bound = call => call, onFailure = () => undefined } = options
  const signer = await openServerSigner(ports, records, 'log-signing')
  const gathering = new Gathering(turns)
  return new AuditLog({ records, signer, random, clock, gathering, bound }, onFailure)
}
