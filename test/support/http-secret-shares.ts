import { FixedClock, systemRandom } from '@keyhold/adapters'
import { type HttpSecretSharesOptions, openHttpSecretShares } from '@keyhold/adapters/share-http/http-secret-shares.js'
import { outcome, secretShareContract } from '@keyhold/contract'
import { combineShares, readShare, SecretBytes, type SecretSharePort, splitSecret } from '@keyhold/core'
import type { Test } from 'tap'

/** A token that says the same each time. */
export const fixedToken = (token: string) => async () => new SecretBytes(Buffer.from(token))

/** Shares that are closed when the test has ended: with a clock that stands still, kept for a minute. */
export async function openShares(
  t: Pick<Test, 'teardown'>,
  options: Pick<HttpSecretSharesOptions, 'url' | 'token'> & Partial<HttpSecretSharesOptions>,
): Promise<SecretSharePort> {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const shares = await openHttpSecretShares({ timeout: 10_000, cache: { ttl: 60_000, max: 100 }, clock, ...options })
  t.teardown(() => shares.close())
  return shares
}

/** An auth server with exactly some shares, which only the token opens. */
export type StartServer = (
  t: Test,
  shares: ReadonlyMap<string, Uint8Array>,
) => Promise<{ readonly url: string; readonly token: string; requests(): Promise<number> }>

/** What holds for every auth server, also a real one. */
export async function httpSecretSharesSuite(t: Test, start: StartServer): Promise<void> {
  for (const ttl of [0, 60_000]) {
    await t.test(`the contract, with shares kept for ${ttl} ms`, t =>
      secretShareContract(t, async (t, shares) => {
        const { url, token } = await start(t, shares)
        return openShares(t, { url, token: fixedToken(token), cache: { ttl, max: 100 } })
      }),
    )
  }

  await t.test('the held share and the one of a request open the secret together', async t => {
    const secret = Uint8Array.from({ length: 32 }, (_, index) => 0xff - index)
    for (const field of ['gf256-11b', 'secrets.js'] as const) {
      const [own, held] = await splitSecret(field, secret, systemRandom())
      const { url, token } = await start(t, new Map([['alice', held]]))
      const shares = await openShares(t, { url, token: fixedToken(token) })
      const header = Buffer.from(own).toString(field === 'secrets.js' ? 'latin1' : 'base64')
      const combined = await combineShares(field, readShare(field, header), await shares.fetchShare('alice'))
      t.equal(combined.lend(hex), hex(secret), field)
    }
  })

  await t.test('a share is asked for once, however many want it, and again after its time', async t => {
    const { url, token, requests } = await start(t, new Map([['alice', share]]))
    const clock = new FixedClock('2026-01-01T00:00:00Z')
    const shares = await openShares(t, { url, token: fixedToken(token), clock })
    const many = await Promise.all(Array.from({ length: 20 }, () => shares.fetchShare('alice')))
    t.strictSame(new Set(many.map(each => each.lend(hex))), new Set([hex(share)]))
    clock.advance(60_000)
    await shares.fetchShare('alice')
    t.equal(await requests(), 1)
    clock.advance(1)
    await shares.fetchShare('alice')
    t.equal(await requests(), 2)
  })

  await t.test('who is unknown is asked for each time', async t => {
    const { url, token, requests } = await start(t, new Map([['alice', share]]))
    const shares = await openShares(t, { url, token: fixedToken(token) })
    for (const _ of [1, 2, 3]) t.equal(await outcome(() => shares.fetchShare('bob')), 'SHARE_REJECTED')
    t.equal(await requests(), 3)
  })

  await t.test('a token that is not accepted is not the fault of whoever wants a share', async t => {
    const { url, token } = await start(t, new Map([['alice', share]]))
    for (const wrong of ['other', '', `${token} `]) {
      const shares = await openShares(t, { url, token: fixedToken(wrong) })
      for (const subject of ['alice', 'bob', '']) {
        t.equal(await outcome(() => shares.fetchShare(subject)), 'SHARE_UNAVAILABLE')
      }
      t.equal(await outcome(() => shares.check()), 'SHARE_UNAVAILABLE')
    }
  })

  await t.test('a token that was exchanged is used for the next call', async t => {
    const { url, token } = await start(t, new Map([['alice', share]]))
    let current = 'old'
    const shares = await openShares(t, { url, token: async () => new SecretBytes(Buffer.from(current)) })
    t.equal(await outcome(() => shares.fetchShare('alice')), 'SHARE_UNAVAILABLE')
    current = token
    t.equal(await outcome(() => shares.fetchShare('alice')), 'done')
  })

  await t.test('a share that is empty is none', async t => {
    const { url, token } = await start(t, new Map([['alice', new Uint8Array(0)]]))
    const shares = await openShares(t, { url, token: fixedToken(token) })
    t.equal(await outcome(() => shares.fetchShare('alice')), 'SHARE_REJECTED')
  })

  await t.test('another path of the server is no holder of shares', async t => {
    const { url, token } = await start(t, new Map([['alice', share]]))
    const shares = await openShares(t, { url: `${url}/elsewhere`, token: fixedToken(token) })
    t.equal(await outcome(() => shares.fetchShare('alice')), 'SHARE_UNAVAILABLE')
    t.equal(await outcome(() => shares.check()), 'SHARE_UNAVAILABLE')
  })
}

export const share = Uint8Array.from({ length: 33 }, (_, index) => index + 1)

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
