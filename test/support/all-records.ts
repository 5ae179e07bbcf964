import type { Collection, KeyStorePort } from '@keyhold/core'

const everything = 100_000

/** Every record that a service would find in a store, in one order and with its bytes as text. */
export async function allRecords(store: KeyStorePort) {
  const keystores = await store.list('keystores', '', everything)
  const places: (readonly [Collection, string])[] = [
    ['header', ''],
    ['server-keys', ''],
    ['log', ''],
    ...keystores.flatMap(({ ids: [id] }) =>
      (['keys', 'revocations', 'sessions', 'log'] as const).map(name => [name, id] as const),
    ),
  ]
  const others = await Promise.all(places.map(([collection, scope]) => store.list(collection, scope, everything)))
  return [...keystores, ...others.flat()].map(({ collection, scope, ids, revision, body }) => {
    return { collection, scope, ids: [...ids], revision, body: Buffer.from(body).toString('base64') }
  })
}
