import { resolveSelfContainedDid } from '../dids/resolve-did.ts'
import { checkChain, type Fault } from './chain-check.ts'
import { type Entry, readDamage, readEntry } from './entry.ts'
import { type Head, type Tip, unsignedLine } from './line.ts'

export interface LogReport {
  readonly entries: number
  readonly chains: number
  /** The ids of the keystores whose logs these are; empty for the server's own. */
  readonly keystores: readonly string[]
  /** Who has signed, as DID URLs. */
  readonly signers: readonly string[]
  /** Chains without a signature: they go on, or their process has ended without ending them. */
  readonly open: readonly Tip[]
  /** What is wrong; nothing, if the log is whole. */
  readonly faults: readonly Fault[]
}

export interface VerifyLogOptions {
  /** Who must have signed, as a DID URL. Default: anyone. */
  readonly signer?: string
  /** Lines of heads that somebody has kept: the log must still have them. */
  readonly kept?: readonly string[]
}

/**
 * Verifies whole logs, each line of which is an entry, the latest of a log first: of one keystore, or of several and
 * the server's own, which tells where chains of keystores have ended.
 */
export async function verifyLog(
  lines: Iterable<string> | AsyncIterable<string>,
  { signer, kept = [] }: VerifyLogOptions = {},
): Promise<LogReport> {
  const log = new GivenLog()
  for await (const line of lines) log.add(line)
  for (const line of kept) await log.keep(line)
  return log.report(signer)
}

class GivenLog {
  readonly #chains = new Map<string, Entry[]>()
  readonly #keystores = new Set<string>()
  readonly #named: Tip[] = []
  readonly #heads: Head[] = []
  readonly #faults: Fault[] = []
  #lines = 0

  add(line: string): void {
    this.#lines += 1
    const entry = readEntry(line)
    if (entry === undefined) {
      const record = readDamage(line)
      this.#faults.push(record === undefined ? { kind: 'unreadable', line: this.#lines } : { kind: 'damaged', record })
      return
    }
    sortInto(this.#chains, entry)
    this.#note(entry)
  }

  async keep(line: string): Promise<void> {
    const entry = readEntry(line)
    if (entry !== undefined && (await isSigned(entry))) this.#named.push(entry)
    else this.#faults.push({ kind: 'unreadable' })
  }

  #note({ content }: Entry): void {
    switch (content.type) {
      case 'begin':
        this.#keystores.add(content.keystore)
        this.#named.push(...content.follows)
        return
      case 'heads':
        this.#heads.push(...content.heads)
    }
  }

  async report(signer: string | undefined): Promise<LogReport> {
    const signers = new Set<string>()
    const open: Tip[] = []
    // Of keystores whose logs were not given nothing can be missed.
    const named = [...this.#named, ...this.#heads.filter(({ keystore }) => this.#keystores.has(keystore))]
    const namedOf = byChain(named)
    const faults = [...this.#faults]
    let entries = 0
    for (const chain of new Set([...this.#chains.keys(), ...namedOf.keys()])) {
      const own = this.#chains.get(chain) ?? []
      entries += own.length
      const last = lastOf(own)
      const isUnsigned = last?.content.type === 'head' && !(await isSigned(last, signer))
      if (last?.content.type === 'head') signers.add(last.content.signer)
      else if (last !== undefined) open.push({ chain, seq: last.seq, hash: last.hash })
      if (isUnsigned) faults.push({ kind: 'unsigned', chain, seq: last.seq })
      const claims = { named: namedOf.get(chain) ?? [], isUnsigned }
      faults.push(...checkChain(chain, own, claims))
    }
    const keystores = [...this.#keystores]
    return { entries, chains: this.#chains.size, keystores, signers: [...signers], open, faults }
  }
}

function byChain<T extends Tip>(tips: readonly T[]): Map<string, T[]> {
  const sorted = new Map<string, T[]>()
  for (const tip of tips) sortInto(sorted, tip)
  return sorted
}

function sortInto<T extends Tip>(sorted: Map<string, T[]>, tip: T): void {
  const others = sorted.get(tip.chain)
  if (others === undefined) sorted.set(tip.chain, [tip])
  else others.push(tip)
}

function lastOf(entries: readonly Entry[]): Entry | undefined {
  return entries.reduce<Entry | undefined>((last, entry) => (entry.seq > (last?.seq ?? 0) ? entry : last), undefined)
}

/** Whether a head is signed by the key that it names, or by another one that is expected. */
async function isSigned({ content, line }: Entry, expected?: string): Promise<boolean> {
  const signed = unsignedLine(line)
  if (signed === undefined || content.type !== 'head') return false
  const key = await resolveSelfContainedDid(expected ?? content.signer)
  return key !== undefined && (await key.verify(signed.signature, Buffer.from(signed.text, 'utf8')))
}
