import { CachedAccessTokens, FixedClock, MemoryAccessTokens, systemClock } from '@keyhold/adapters'
import { accessTokenContract, outcome } from '@keyhold/contract'
import { type AccessToken, type AccessTokenPort, KmsError } from '@keyhold/core'
import t from 'tap'

const issuer = 'https://issuer.example'
const limits = { ttl: 30_000, refusedTtl: 5000, max: 100 }

await accessTokenContract(t, issuer, async (_t, tokens) => {
  return new CachedAccessTokens(new MemoryAccessTokens(tokens, systemClock), limits, systemClock)
})

await accessTokenContract(t, issuer, async (_t, tokens) => {
  const nothing = { ttl: 0, refusedTtl: 0, max: 100 }
  return new CachedAccessTokens(new MemoryAccessTokens(tokens, systemClock), nothing, systemClock)
})

/** A cache over tokens that can be exchanged, and what was asked about. */
function setUp(changes: Partial<typeof limits> = {}) {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const tokens = new Map<string, AccessToken>()
  const asked: string[] = []
  let failure: Error | undefined
  const source: AccessTokenPort = {
    async introspect(token) {
      asked.push(token)
      if (failure !== undefined) throw failure
      const found = tokens.get(token)
      return found !== undefined && found.expires > clock.now() ? found : undefined
    },
    close: async () => undefined,
  }
  const cached = new CachedAccessTokens(source, { ...limits, ...changes }, clock)
  const active = (subject: string, life = Number.POSITIVE_INFINITY) => {
    const token: AccessToken = { owner: { issuer, subject }, rights: [{}], expires: clock.now() + life }
    tokens.set(subject, token)
    return token
  }
  const isActive = async (token: string) => (await cached.introspect(token)) !== undefined
  const fail = (error: Error | undefined) => {
    failure = error
  }
  return { clock, tokens, asked, cached, active, isActive, fail }
}

t.test('an active token is known for its time, and then asked about again', async t => {
  const { clock, tokens, asked, active, isActive } = setUp()
  active('a')
  for (const _ of [1, 2, 3]) t.ok(await isActive('a'))
  tokens.delete('a')
  clock.advance(30_000)
  t.ok(await isActive('a'), 'one that was revoked meanwhile, too')
  clock.advance(1)
  t.notOk(await isActive('a'))
  t.strictSame(asked, ['a', 'a'])
})

t.test('one that ends before is known until then', async t => {
  const { clock, asked, active, isActive } = setUp()
  active('a', 10_000)
  t.ok(await isActive('a'))
  clock.advance(9999)
  t.ok(await isActive('a'))
  clock.advance(1)
  t.notOk(await isActive('a'))
  t.notOk(await isActive('a'))
  t.strictSame(asked, ['a', 'a'], 'its issuer is asked once more: it may have prolonged it')
})

t.test('one that is not active is known for a shorter time', async t => {
  const { clock, asked, active, isActive } = setUp()
  for (const _ of [1, 2, 3]) t.notOk(await isActive('a'))
  active('a')
  clock.advance(5000)
  t.notOk(await isActive('a'))
  clock.advance(1)
  t.ok(await isActive('a'))
  t.strictSame(asked, ['a', 'a'])
})

t.test('all who wait for one answer ask once', async t => {
  const { asked, active, isActive } = setUp()
  active('a')
  const waiting = Array.from({ length: 50 }, (_, i) => isActive(i % 2 === 0 ? 'a' : 'b'))
  t.strictSame(new Set(await Promise.all(waiting)), new Set([true, false]))
  t.strictSame(asked.toSorted(), ['a', 'b'])
})

t.test('that nothing can be found out is not remembered, and takes nothing from what is known', async t => {
  const { asked, active, isActive, fail } = setUp()
  active('a')
  active('b')
  t.ok(await isActive('a'))
  fail(new KmsError('AUTH_UNAVAILABLE', 'away'))
  t.ok(await isActive('a'))
  for (const _ of [1, 2]) t.equal(await outcome(() => isActive('b')), 'AUTH_UNAVAILABLE')
  fail(undefined)
  t.ok(await isActive('b'))
  t.strictSame(asked, ['a', 'b', 'b', 'b'])
})

t.test('tokens that somebody makes up drive no active one out', async t => {
  const { asked, active, isActive } = setUp({ max: 10 })
  active('a')
  t.ok(await isActive('a'))
  for (let i = 0; i < 100; i += 1) t.notOk(await isActive(`made-up-${i}`))
  const before = asked.length
  t.ok(await isActive('a'))
  t.equal(asked.length, before)
})

t.test('no more are known than the limit says', async t => {
  const { asked, active, isActive } = setUp({ max: 2 })
  for (const name of ['a', 'b', 'c']) {
    active(name)
    t.ok(await isActive(name))
  }
  t.ok(await isActive('a'))
  t.strictSame(asked, ['a', 'b', 'c', 'a'])
})
