import { FixedClock } from '@keyhold/adapters'
import type { Mac } from '@keyhold/core/algorithms/key-type.js'
import { LendingCache } from '@keyhold/core/lending-cache.js'
import t from 'tap'

const material = Uint8Array.of(1, 2, 3)

/** A primitive that counts how often it was closed, and refuses to be used after that. */
class FakeMac implements Mac {
  closed = 0

  compute(data: Uint8Array): Uint8Array {
    if (this.closed > 0) throw new Error('used after it was closed')
    return data
  }

  verify(): boolean {
    return true
  }

  close(): void {
    this.closed += 1
  }
}

await t.test('what was opened is kept, and found again', async t => {
  const { use, made } = setUp({ max: 10, ttl: 1000 })
  const first = await use('a')
  t.equal(await use('a'), first)
  t.not(await use('b'), first, 'under its own name only')
  t.equal(made.length, 2)
  t.equal(first.closed, 0)
})

await t.test('it is kept for its time, counted from its opening', async t => {
  const { use, made, clock } = setUp({ max: 10, ttl: 1000 })
  await use('a')
  clock.advance(999)
  await use('a')
  t.equal(made.length, 1, 'use does not prolong it')
  clock.advance(2)
  await use('a')
  t.strictSame(closings(made), [1, 0], 'too old: opened anew, and the old one closed')
})

await t.test('purge closes what is too old, and nothing else', async t => {
  const { use, made, clock, opened } = setUp({ max: 10, ttl: 1000 })
  await use('a')
  clock.advance(600)
  await use('b')
  opened.purge()
  t.strictSame(closings(made), [0, 0])
  clock.advance(401)
  opened.purge()
  t.strictSame(closings(made), [1, 0])
  clock.advance(600)
  opened.purge()
  t.strictSame(closings(made), [1, 1])
})

await t.test('at most so many are kept: the one that was not used for longest goes', async t => {
  const { use, made } = setUp({ max: 2, ttl: 1000 })
  await use('a')
  await use('b')
  await use('a')
  await use('c')
  t.strictSame(closings(made), [0, 1, 0])
  await use('a')
  t.equal(made.length, 3, 'the other one is still there')
})

for (const limits of [
  { max: 10, ttl: 0 },
  { max: 0, ttl: 1000 },
]) {
  await t.test(`with ${JSON.stringify(limits)} none is kept`, async t => {
    const { use, made, opened } = setUp(limits)
    await use('a', mac => t.equal(mac.closed, 0, 'open while it is used'))
    t.strictSame(closings(made), [1])
    await use('a')
    t.strictSame(closings(made), [1, 1])
    opened.purge()
    opened.close()
    t.strictSame(closings(made), [1, 1])
  })
}

await t.test('it is found only with the material that it was opened from', async t => {
  const { use, made } = setUp({ max: 10, ttl: 1000 })
  await use('a')
  for (const other of [Uint8Array.of(1, 2, 4), Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3, 0), new Uint8Array(0)]) {
    const before = made.length
    await use('a', undefined, other)
    t.equal(made.length, before + 1, `opened anew from ${other}`)
    t.equal(made[before - 1]?.closed, 1, 'and the one before is closed')
  }
  const last = made.length
  await use('a', undefined, new Uint8Array(0))
  t.equal(made.length, last, 'the newest one is kept')
})

await t.test('one that leaves while it is used is closed after its last user', async t => {
  const departures: [name: string, leave: (setup: ReturnType<typeof setUp>) => unknown][] = [
    ['driven out by another', ({ use }) => use('b')],
    [
      'too old',
      ({ clock, opened }) => {
        clock.advance(1001)
        opened.purge()
      },
    ],
    ['replaced', ({ use }) => use('a', undefined, Uint8Array.of(9))],
    ['everything is closed', ({ opened }) => opened.close()],
  ]
  for (const [name, leave] of departures) {
    await t.test(name, async t => {
      const setup = setUp({ max: 1, ttl: 1000 })
      await setup.use('a')
      const [one, two] = [pause(), pause()]
      const users = [one, two].map(({ until }) =>
        setup.use('a', async mac => {
          await until
          mac.compute(material)
        }),
      )
      await leave(setup)
      t.equal(setup.made[0]?.closed, 0, 'two use it')
      one.end()
      await users[0]
      t.equal(setup.made[0]?.closed, 0, 'one uses it')
      two.end()
      await users[1]
      t.equal(setup.made[0]?.closed, 1, 'nobody uses it')
    })
  }
})

await t.test('a use that fails closes nothing that is kept, and all that is not', async t => {
  const failure = new Error('expected')
  const failures = [
    () => {
      throw failure
    },
    () => Promise.reject(failure),
  ]
  for (const fail of failures) {
    const kept = setUp({ max: 10, ttl: 1000 })
    await t.rejects(kept.use('a', fail), failure)
    await kept.use('a')
    t.strictSame(closings(kept.made), [0])
    const notKept = setUp({ max: 10, ttl: 0 })
    await t.rejects(notKept.use('a', fail), failure)
    t.strictSame(closings(notKept.made), [1])
  }
})

await t.test('what cannot be opened is not kept', async t => {
  const { opened, use, made } = setUp({ max: 10, ttl: 1000 })
  const failure = new Error('expected')
  await t.rejects(
    opened.use(
      'a',
      material,
      () => Promise.reject(failure),
      () => 1,
    ),
    failure,
  )
  await use('a')
  t.equal(made.length, 1)
})

await t.test('a thousand that ask for it while it is opened: it is opened once', async t => {
  const { opened } = setUp({ max: 10, ttl: 1000 })
  const opening = pause()
  const mac = new FakeMac()
  let openings = 0
  const open = async () => {
    openings += 1
    await opening.until
    return mac
  }
  const users = Array.from({ length: 1000 }, () => opened.use('a', material, open, each => each))
  const other = opened.use('b', material, open, each => each)
  opening.end()
  t.equal(new Set(await Promise.all(users)).size, 1)
  t.equal(await other, mac)
  t.equal(openings, 2, 'another name is opened for itself')
  t.equal(mac.closed, 0)
})

await t.test('what could not be opened fails all who waited for it, and the next one opens anew', async t => {
  const { opened, use, made } = setUp({ max: 10, ttl: 1000 })
  const opening = pause()
  const failure = new Error('expected')
  const fail = async () => {
    await opening.until
    throw failure
  }
  const users = Array.from({ length: 10 }, () => opened.use('a', material, fail, () => 1))
  opening.end()
  const outcomes = await Promise.allSettled(users)
  t.ok(outcomes.every(({ status }) => status === 'rejected'))
  await use('a')
  t.strictSame(closings(made), [0])
})

await t.test('one that leaves while it is opened is closed after its last user, and not before', async t => {
  const { opened, use } = setUp({ max: 1, ttl: 1000 })
  const [opening, using] = [pause(), pause()]
  const mac = new FakeMac()
  const open = async () => {
    await opening.until
    return mac
  }
  const users = [
    opened.use('a', material, open, () => using.until),
    opened.use('a', material, open, each => each.compute(material)),
  ]
  await use('b')
  opening.end()
  await users[1]
  t.equal(mac.closed, 0)
  using.end()
  await users[0]
  t.equal(mac.closed, 1)
})

await t.test('close closes everything, also what is still being opened', async t => {
  const { use, made, opened } = setUp({ max: 10, ttl: 1000 })
  await use('a')
  await use('b')
  const opening = pause()
  const late = new FakeMac()
  const using = opened.use(
    'c',
    material,
    async () => {
      await opening.until
      return late
    },
    mac => mac.compute(material),
  )
  opened.close()
  t.strictSame(closings(made), [1, 1])
  opening.end()
  t.strictSame(await using, material)
  t.equal(late.closed, 1)
})

await t.test('what is open is lent at once, and left whether or not its use succeeds', async t => {
  const { opened, use, made } = setUp({ max: 1, ttl: 1000 })
  await use('a')
  const open = async () => new FakeMac()
  const refuse = () => {
    throw new Error('refused')
  }
  t.equal(
    opened.lend('a', material, open, mac => mac.compute(material)),
    material,
  )
  t.throws(() => opened.lend('a', material, open, refuse), { message: 'refused' })
  await t.rejects(opened.use('a', material, open, refuse), { message: 'refused' })
  const { until, end } = pause()
  const using = opened.lend('a', material, open, () => until)
  opened.close()
  t.strictSame(closings(made), [0], 'still used')
  end()
  await using
  t.strictSame(closings(made), [1])
})

await t.test('a primitive that holds nothing to close', async t => {
  const opened = new LendingCache<{ verify(): boolean; close?(): void }>(
    { max: 1, ttl: 0 },
    new FixedClock('2024-02-29T12:30:00Z'),
  )
  const verifier = { verify: () => true }
  t.equal(
    await opened.use(
      'a',
      material,
      async () => verifier,
      each => each.verify(),
    ),
    true,
  )
})

function setUp(limits: { max: number; ttl: number }) {
  const clock = new FixedClock('2024-02-29T12:30:00Z')
  const opened = new LendingCache(limits, clock)
  const made: FakeMac[] = []
  const open = async () => {
    const mac = new FakeMac()
    made.push(mac)
    return mac
  }
  /** Uses a primitive of a name, and answers which one it was. */
  const use = (name: string, work: (mac: FakeMac) => unknown = mac => mac.compute(material), from = material) =>
    opened.use(name, from, open, async mac => {
      await work(mac)
      return mac
    })
  return { clock, opened, made, use }
}

function closings(made: readonly FakeMac[]): number[] {
  return made.map(mac => mac.closed)
}

/** Something to wait for, and what ends the waiting. */
function pause(): { readonly until: Promise<void>; readonly end: () => void } {
  let end = () => {}
  const until = new Promise<void>(resolve => {
    end = resolve
  })
  return { until, end }
}
