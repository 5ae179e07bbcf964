import { type Content, hashOf, type Tip } from './line.ts'

/** An entry as it is read from an exported log. */
export interface Entry extends Tip {
  readonly prev: string | null
  readonly content: Content
  readonly line: string
}

/** Undefined if a line is no entry. Of what it says only as much is looked at as verifying needs. */
export function readEntry(line: string): Entry | undefined {
  const parsed = parse(line)
  if (parsed === undefined) return undefined
  const { chain, seq, prev } = parsed
  const isPlaced =
    typeof chain === 'string' &&
    Number.isSafeInteger(seq) &&
    (seq as number) >= 1 &&
    (prev === null || typeof prev === 'string')
  if (!isPlaced || !isContent(parsed)) return undefined
  return { chain, seq: seq as number, prev, hash: hashOf(line), content: parsed, line }
}

/** The id of a record that was not what had been written, if a line says so in its place. */
export function readDamage(line: string): string | undefined {
  const { damaged } = parse(line) ?? {}
  return typeof damaged === 'string' ? damaged : undefined
}

type Members = Readonly<Record<string, unknown>>

function parse(line: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Members) : undefined
  } catch {
    return undefined
  }
}

function isContent(members: Members): members is Members & Content {
  switch (members['type']) {
    case 'begin':
      return typeof members['keystore'] === 'string' && isTips(members['follows'])
    case 'decision':
      return true
    case 'heads':
      return isTips(members['heads'])
    case 'head':
      return typeof members['signer'] === 'string'
    default:
      return false
  }
}

function isTips(value: unknown): boolean {
  return Array.isArray(value) && value.every(isTip)
}

function isTip(value: unknown): boolean {
  const { chain, seq, hash } = (value ?? {}) as Members
  return typeof chain === 'string' && Number.isSafeInteger(seq) && typeof hash === 'string'
}
