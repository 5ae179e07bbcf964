import { KmsError, type LockContext, type LockPort } from '@keyhold/core'
import type { Test } from 'tap'

type Attempt = readonly [name: string, blob: Uint8Array, context: LockContext]

const context: LockContext = { purpose: 'test', keystore: 'one', key: 'two' }
const secret = Uint8Array.from({ length: 32 }, (_, i) => i)

/** What an emulator does not do although its original does. It is left out, and the test says how much that is. */
export interface LockContractOptions {
  /** The bytes of a blob that it does not authenticate. */
  readonly blindSpots?: (blob: Uint8Array) => readonly number[]
  /** The lengths at which a blob that is cut off breaks it. */
  readonly fatalLengths?: (blob: Uint8Array) => readonly number[]
}

/** The part of the contract that is about what must not open: whatever it is, nobody can tell it from the rest. */
export async function lockRefusals(
  t: Test,
  open: (t: Test) => Promise<LockPort>,
  openOther: (t: Test) => Promise<LockPort>,
  { blindSpots = () => [], fatalLengths = () => [] }: LockContractOptions = {},
): Promise<void> {
  const lock = await open(t)
  const other = await openOther(t)
  const blob = await lock.lock(secret, context)
  const messages = new Set<string>()
  const blind = new Set(blindSpots(blob))
  const fatal = new Set(fatalLengths(blob))
  if (blind.size + fatal.size > 0) {
    t.comment(`left out on this emulator: flips in ${blind.size} of ${blob.length} bytes, ${fatal.size} lengths`)
  }

  const groups: Record<string, readonly Attempt[]> = {
    'another context': otherContexts.map(([name, changed]) => [name, blob, changed]),
    'a flipped bit, at every byte': flips(blob, blind),
    'cut off, at every length': lengths(blob)
      .filter(end => !fatal.has(end))
      .map(end => [`cut at ${end}`, blob.subarray(0, end), context]),
    'its beginning cut off, at every length': lengths(blob).map(n => [
      `without ${n + 1}`,
      blob.subarray(n + 1),
      context,
    ]),
    'something added': [
      ['a byte behind', Buffer.concat([blob, Uint8Array.of(0)]), context],
      ['a byte before', Buffer.concat([Uint8Array.of(0), blob]), context],
      ['itself behind', Buffer.concat([blob, blob]), context],
    ],
    "another lock's": [
      ['same secret and context', await other.lock(secret, context), context],
      ['with the head of ours', await grafted(lock, other), context],
    ],
    'random bytes': [1, 2, 3, 16, 32, 60, 100, 200, 4096].map(length => [`${length}`, pseudoRandom(length), context]),
  }
  for (const [name, attempts] of Object.entries(groups)) {
    await t.test(name, async t => {
      const opened: string[] = []
      for (const [what, bytes, changed] of attempts) {
        try {
          await lock.unlock(bytes, changed)
          opened.push(`${what}: opened`)
        } catch (error) {
          if (error instanceof KmsError && error.code === 'LOCK_REJECTED') messages.add(error.message)
          else opened.push(`${what}: ${error}`)
        }
      }
      t.strictSame(opened, [], `all ${attempts.length} are refused`)
    })
  }
  t.equal(messages.size, 1, 'in the same words')
  const opened = await lock.unlock(blob, context)
  t.ok(await opened.spend(bytes => Buffer.compare(bytes, secret) === 0), 'the blob itself opens')
}

const otherContexts: readonly (readonly [name: string, context: LockContext])[] = [
  ['none', {}],
  ['a member missing', { purpose: 'test', keystore: 'one' }],
  ['the first missing', { keystore: 'one', key: 'two' }],
  ['a member more', { ...context, version: '1' }],
  ['an empty member more', { ...context, version: '' }],
  ['a member without a name more', { ...context, '': '' }],
  ['a value changed', { ...context, key: 'three' }],
  ['a value empty', { ...context, key: '' }],
  ['a value longer', { ...context, key: 'two ' }],
  ['a value in other case', { ...context, key: 'Two' }],
  ['a name changed', { purpose: 'test', keystore: 'one', keys: 'two' }],
  ['a name in other case', { purpose: 'test', keystore: 'one', Key: 'two' }],
  ['values exchanged', { purpose: 'test', keystore: 'two', key: 'one' }],
  ['a border moved', { purpose: 'test', keystore: 'one', keyt: 'wo' }],
  ['two members in one', { purpose: 'test', keystore: 'onekeytwo' }],
]

function flips(blob: Uint8Array, blind: ReadonlySet<number>): Attempt[] {
  const places = lengths(blob).filter(at => !blind.has(at))
  return places.map(at => {
    const flipped = Uint8Array.from(blob)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
    return [`bit ${at % 8} of byte ${at}`, flipped, context]
  })
}

function lengths(blob: Uint8Array): number[] {
  return Array.from(blob.keys())
}

/** What another lock made, behind the frame's header of this one. */
async function grafted(lock: LockPort, other: LockPort): Promise<Uint8Array> {
  const [ours, theirs] = [await lock.lock(secret, context), await other.lock(secret, context)]
  const headLength = (bytes: Uint8Array) => 3 + Buffer.from(bytes).readUInt16BE(1)
  return Buffer.concat([ours.subarray(0, headLength(ours)), theirs.subarray(headLength(theirs))])
}

/** The same bytes on every run (xorshift32, Marsaglia 2003). */
function pseudoRandom(length: number): Uint8Array {
  let state = 0x9e3779b9 ^ length
  return Uint8Array.from({ length }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state & 0xff
  })
}
