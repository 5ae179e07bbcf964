/** An endless stream of numbers that is the same for the same seed (SplitMix32): fast, and good for nothing else. */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A whole number from 0 to below a limit. */
  below(limit: number): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return Math.floor((((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32) * limit)
  }

  pick<T>(values: readonly [T, ...T[]] | readonly T[]): T {
    const value = values[this.below(values.length)]
    if (value === undefined) throw new Error('there is nothing to pick from')
    return value
  }
}

/** No input is longer: no header and no body of a capability may be. */
export const maximumLength = 65_536

const tokens = [
  '"',
  '\\',
  '\n',
  '\0',
  '=',
  '==',
  ',',
  ' ',
  '#',
  '..',
  '/',
  '%2f',
  '<',
  '>',
  '_:b0',
  'null',
  '{}',
  '[]',
  '1e999',
  '-1',
  '9007199254740993',
  '__proto__',
  'constructor',
  '\\u0000',
  '\\ud800',
  'did:key:z',
  'keyId="',
  'headers="',
  'created=',
  '(created)',
  'zcap ',
] as const

const values = [
  null,
  true,
  0,
  -1,
  1e300,
  '',
  'x',
  'did:x',
  'urn:x:y',
  '__proto__',
  [],
  [[]],
  {},
  { id: 'urn:x' },
] as const

/** Another input, made of a valid one. */
export function mutate(seed: Uint8Array, others: readonly Uint8Array[], dice: Dice): Uint8Array {
  let bytes = dice.below(3) === 0 ? mutateJson(seed, dice) : Buffer.from(seed)
  for (let changes = dice.below(4) + 1; changes > 0; changes -= 1) {
    if (bytes !== undefined) bytes = change(bytes, others, dice).subarray(0, maximumLength)
    if (dice.below(3) === 0) break
  }
  return bytes
}

function change(bytes: Buffer, others: readonly Uint8Array[], dice: Dice): Buffer {
  const at = dice.below(bytes.length + 1)
  const end = Math.min(bytes.length, at + 1 + dice.below(dice.below(8) === 0 ? bytes.length + 1 : 8))
  const [before, range, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)]
  switch (dice.below(8)) {
    case 0:
      return Buffer.concat([before, Buffer.of(dice.below(256)), bytes.subarray(at + 1)])
    case 1:
      return Buffer.concat([before, Buffer.of((bytes[at] ?? 0) ^ (1 << dice.below(8))), bytes.subarray(at + 1)])
    case 2:
      return Buffer.concat([before, Buffer.of(0x21 + dice.below(94)), bytes.subarray(at)])
    case 3:
      return Buffer.concat([before, after])
    case 4:
      return Buffer.concat([
        before,
        Buffer.from(dice.pick(tokens), 'latin1'),
        dice.below(2) === 0 ? after : bytes.subarray(at),
      ])
    case 5:
      return Buffer.concat([before, range, range, after])
    case 6: {
      const other = dice.pick(others)
      return Buffer.concat([before, other.subarray(dice.below(other.length + 1))])
    }
    default: {
      // What grows faster than its input shows when one piece of it is there many times.
      const length = dice.below(32) === 0 ? maximumLength : 2048
      const times = range.length === 0 ? 0 : Math.floor(length / range.length)
      return Buffer.concat([before, ...Array<Buffer>(dice.below(times + 1)).fill(range), after])
    }
  }
}

/** A JSON text with a value somewhere inside replaced, taken out or put in twice; any other text as it is. */
function mutateJson(seed: Uint8Array, dice: Dice): Buffer {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(seed).toString('latin1'))
  } catch {
    return Buffer.from(seed)
  }
  let inner: unknown = json
  while (typeof inner === 'object' && inner !== null && Object.keys(inner).length > 0) {
    const members = inner as Record<string, unknown>
    const name = dice.pick(Object.keys(members))
    if (dice.below(3) > 0 && typeof members[name] === 'object') {
      inner = members[name]
      continue
    }
    replace(members, name, dice)
    break
  }
  return Buffer.from(JSON.stringify(json), 'latin1')
}

function replace(members: Record<string, unknown>, name: string, dice: Dice): void {
  switch (dice.below(4)) {
    case 0:
      if (Array.isArray(members)) members.splice(Number(name), 1)
      else delete members[name]
      return
    case 1:
      members[Array.isArray(members) ? String(members.length) : dice.pick(tokens)] = members[name]
      return
    case 2:
      members[name] = [members[name]]
      return
    default:
      members[name] = structuredClone(dice.pick(values))
  }
}
