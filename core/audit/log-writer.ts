import { KmsError } from '../errors.ts'
import type { Clock, Durability, Random } from '../ports/index.ts'
import { logBlockId, logBlockTime } from '../records/log-block.ts'
import type { Records } from '../records/records.ts'
import type { DidSigner } from '../zcap/did-signer.ts'
import { Chain } from './chain.ts'
import type { Gathering } from './gathering.ts'
import { type Content, type Head, hashOf, type Tip } from './line.ts'

/** What the writers of all logs share. */
export interface Writing {
  readonly records: Records
  readonly signer: DidSigner
  readonly random: Random
  readonly clock: Clock
  readonly gathering: Gathering
  /** Ends the waiting for a call of the store in time. */
  readonly bound: <T>(call: Promise<T>) => Promise<T>
  /** Is told of each chain that has ended. */
  readonly onEnd: (head: Head) => void
  /** Is told when a log has no chain that goes on, and nothing waits to be written. */
  readonly onIdle: (keystore: string) => void
}

/** So many entries are written as one record at most, and so many are in a chain when it ends. */
const longestBlock = 100
const longestChain = 1000

/** A chain names the ends of those that are found in so many of the newest records. */
const followed = 16

/**
 * Writes the log of one keystore, or the server's own. What comes while a write is under way is written together by the
 * next one. A chain whose entry could not be written is not gone on with, since nobody knows what of it there is.
 */
export class LogWriter {
  readonly #keystore: string
  readonly #writing: Writing
  readonly #waiting: Group[] = []
  #isWriting = false
  #chain: Chain | undefined
  /** Milliseconds of the clock's own counting. */
  #begun = 0
  #lastBlock = 0

  constructor(keystore: string, writing: Writing) {
    this.#keystore = keystore
    this.#writing = writing
  }

  /** Milliseconds that the chain goes on for now. */
  get age(): number {
    return this.#chain === undefined ? 0 : this.#writing.clock.elapsed() - this.#begun
  }

  /** Resolves when the entry is in the store. @throws KmsError AUDIT_UNAVAILABLE */
  write(content: Content, durability: Durability): Promise<void> {
    const last = this.#waiting.at(-1)
    const group = last === undefined || last.isFull ? this.#newGroup() : last
    group.entries.push({ content, time: this.#writing.clock.now() })
    if (durability === 'flushed') group.durability = durability
    this.#writing.gathering.arrive(this.#writeNext)
    return group.written
  }

  /** Ends the chain, if there is one. @throws KmsError AUDIT_UNAVAILABLE */
  end(): Promise<void> {
    const group = this.#waiting.at(-1) ?? this.#newGroup()
    group.ends = true
    return group.written
  }

  #newGroup(): Group {
    const group = new Group()
    this.#waiting.push(group)
    if (!this.#isWriting) {
      this.#isWriting = true
      this.#writing.gathering.add(this.#writeNext)
    }
    return group
  }

  readonly #writeNext = async (): Promise<void> => {
    const group = this.#waiting.shift()
    try {
      if (group !== undefined) await this.#store(group)
      group?.resolve()
    } catch (cause) {
      this.#chain = undefined
      group?.reject(new KmsError('AUDIT_UNAVAILABLE', 'the audit log cannot be written', { cause }))
    }
    if (this.#waiting.length > 0) return this.#writing.gathering.addShortly(this.#writeNext)
    this.#isWriting = false
    if (this.#chain === undefined) this.#writing.onIdle(this.#keystore)
  }

  async #store({ entries, ends, durability }: Group): Promise<void> {
    const { signer, clock, records, bound, onEnd } = this.#writing
    if (entries.length === 0 && this.#chain === undefined) return
    const lines: string[] = []
    this.#chain ??= await this.#begin(lines)
    const chain = this.#chain
    for (const { content, time } of entries) lines.push(chain.next(content, time))
    const isOver = ends || chain.length >= longestChain
    if (isOver) lines.push(await chain.end(signer, clock.now()))
    const block = { id: logBlockId(this.#blockTime(), chain.id), lines }
    await bound(records.addLogBlock(this.#keystore, block, durability))
    if (!isOver) return
    this.#chain = undefined
    onEnd({ keystore: this.#keystore, ...chain.tip })
  }

  async #begin(lines: string[]): Promise<Chain> {
    const { random, clock } = this.#writing
    const follows = await this.#newestTips()
    const chain = new Chain(random)
    this.#begun = clock.elapsed()
    lines.push(chain.next({ type: 'begin', keystore: this.#keystore, follows }, clock.now()))
    return chain
  }

  /**
   * The last entries of the chains that were written to lately, by this process or another. Whatever the clocks of
   * others say, what is written from now on stands after them.
   */
  async #newestTips(): Promise<Tip[]> {
    const { records, bound } = this.#writing
    const tips = new Map<string, Tip>()
    for (const { id, lines } of await bound(records.listLogBlocks(this.#keystore, followed))) {
      const line = lines?.at(-1)
      if (line === undefined) continue
      const { chain, seq } = JSON.parse(line) as Omit<Tip, 'hash'>
      if (!tips.has(chain)) tips.set(chain, { chain, seq, hash: hashOf(line) })
      this.#lastBlock = Math.max(this.#lastBlock, logBlockTime(id))
    }
    return [...tips.values()]
  }

  /** Later than that of the block before, whatever the clock says: ids must keep the order of the chain. */
  #blockTime(): number {
    this.#lastBlock = Math.max(this.#writing.clock.now(), this.#lastBlock + 1)
    return this.#lastBlock
  }
}

/** Entries that are written together. */
class Group {
  readonly entries: { readonly content: Content; readonly time: number }[] = []
  ends = false
  /** What the most important of them needs. */
  durability: Durability = 'written'
  resolve: () => void = () => undefined
  reject: (error: KmsError) => void = () => undefined
  readonly written = new Promise<void>((resolve, reject) => {
    this.resolve = resolve
    this.reject = reject
  })

  get isFull(): boolean {
    return this.ends || this.entries.length >= longestBlock
  }
}
