import type { KeyStorePort } from '@keyhold/core'
import { base64, buildApp, idOf, keystoreOf, type TestApp } from './build-app.ts'

export interface Use {
  readonly keystores: number
  /** In the first of them; the others have one each. */
  readonly keys: number
}

/** What somebody has from before a move, and must still be worth something after it. */
export interface Possessions {
  /** The path of a key. */
  readonly key: string
  readonly message: string
  readonly signature: string
}

/** Fills a store as a service does: keystores, keys, one that was rotated, a revocation and a session. */
export async function useStore(
  t: { teardown(fn: () => unknown): unknown },
  store: KeyStorePort,
  { keystores, keys }: Use,
): Promise<Possessions> {
  const app = await buildApp(t, { ports: { store } })
  const first = await app.keystore()
  const paths = [await app.key('ED25519', first)]
  while (paths.length < keys) paths.push(await app.key('AES256GCM', first))
  for (let count = 1; count < keystores; count += 1) await app.key('HMACSHA256Tag256', await app.keystore())
  const [key = ''] = paths
  const message = base64('message')
  const { body } = await app.send({ method: 'POST', path: `${key}/sign`, body: { message } })
  await app.send({ method: 'POST', path: `${key}/rotate`, body: { key_type: 'ED25519' } })
  await app.records.addRevocation({
    keystoreId: idOf(keystoreOf(key)),
    capabilityId: 'urn:uuid:2d6f0c4e-2f7c-4a53-9b6d-b7e9f6e0a8c1',
    revokedBy: 'did:example:owner#key',
    revokedAt: 1,
    expires: Number.MAX_SAFE_INTEGER,
  })
  await app.records.addSession({
    keystoreId: idOf(keystoreOf(key)),
    id: 'a-session',
    key: { id: 'did:example:owner#key', controller: 'did:example:owner' },
    controller: 'did:example:owner',
    capabilityHash: 'hash',
    chain: { delegations: [], invokers: ['did:example:owner'], target: key, expires: Number.POSITIVE_INFINITY },
    lockedKey: new Uint8Array(64),
    openedAt: 1,
    expires: 2,
  })
  return { key, message, signature: body.signature }
}

/** Whether a service over a store verifies what was signed before, and signs with the same key. */
export async function stillWorth(app: TestApp, { key, message, signature }: Possessions): Promise<boolean> {
  const verified = await app.send({ method: 'POST', path: `${key}/verify`, body: { message, signature } })
  const signed = await app.send({ method: 'POST', path: `${key}/sign`, body: { message } })
  const again = { message, signature: signed.body.signature }
  const both = await app.send({ method: 'POST', path: `${key}/verify`, body: again })
  return verified.status === 200 && signed.status === 200 && both.status === 200
}
