import { MemorySecretShares, MemoryVaults, systemRandom } from '@keyhold/adapters'
import { splitSecret } from '@keyhold/core'
import { openIntegrityKey } from '@keyhold/core/records/header.js'
import { decode, encode } from 'cborg'
import t, { type Test } from 'tap'
import { type Entry, openExposedService } from '../support/exposed-service.ts'
import { makeKey, makeRotatedKey, outcomeOf, type UsedKey } from '../support/key-uses.ts'
import { authentic, type Content, changed, takeApart } from '../support/stored-record.ts'

const vaultUrl = 'https://vault.example/edvs/1'
const random = systemRandom()

/** What a changed keystore says. */
type Row = readonly [name: string, expected: string, change: (mine: Content, other: Content) => Content]

const withEdv = (content: Content, change: object): Content => ({ ...content, edv: { ...content.edv, ...change } })
const withLock = (content: Content, change: object): Content => {
  return { ...content, lock: { kind: 'shamir', ...content.lock, ...change } }
}

/** With a tag that fits, as only somebody makes it who can open the server lock; without one nothing is read at all. */
const rows: readonly Row[] = [
  [
    'the recipient key is the other one',
    'LOCK_REJECTED',
    mine => withEdv(mine, { lockedRecipientKey: mine.edv?.['lockedMacKey'] }),
  ],
  [
    "another keystore's recipient key",
    'LOCK_REJECTED',
    (mine, other) => withEdv(mine, { lockedRecipientKey: other.edv?.['lockedRecipientKey'] }),
  ],
  [
    "another keystore's MAC key",
    'LOCK_REJECTED',
    (mine, other) => withEdv(mine, { lockedMacKey: other.edv?.['lockedMacKey'] }),
  ],
  ["another keystore's whole vault", 'LOCK_REJECTED', (mine, other) => ({ ...mine, edv: other.edv })],
  ['a MAC key that is empty', 'LOCK_REJECTED', mine => withEdv(mine, { lockedMacKey: new Uint8Array(0) })],
  ['another vault', 'VAULT_CORRUPT', mine => withEdv(mine, { vaultUrl: `${vaultUrl}0` })],
  ['a capability that is none', 'INVALID_REQUEST', mine => withEdv(mine, { capability: Buffer.from('[]') })],
  ['no vault', 'STORE_CORRUPT', ({ edv: _none, ...mine }) => mine],
  [
    'the check value of another keystore',
    'SHARE_REJECTED',
    (mine, other) => withLock(mine, { checkValue: other.lock?.['checkValue'] }),
  ],
  ['a check value that was cut off', 'SHARE_REJECTED', mine => withLock(mine, { checkValue: Buffer.alloc(31) })],
  ['an empty check value', 'SHARE_REJECTED', mine => withLock(mine, { checkValue: new Uint8Array(0) })],
  ['another field', 'INVALID_REQUEST', mine => withLock(mine, { field: 'secrets.js' })],
  [
    'a lock of the server',
    'LOCK_REJECTED',
    mine => ({ ...mine, lock: { kind: 'server-held', lockedKey: Buffer.alloc(80, 1) } }),
  ],
]

t.test('a keystore whose vault or check value was changed is refused', async t => {
  const { service, keystoreId, otherId, keys } = await openUsersService(t)
  const integrityKey = await openIntegrityKey(service.ports)
  const entry = service.entry('keystores', '', keystoreId)
  const [mine, other] = [entry, service.entry('keystores', '', otherId)].map(each => takeApart(each).content)
  const uses = keys.flatMap(key => key.uses)
  const create = {
    name: 'create',
    method: 'POST',
    path: `/${keystoreId}/keys`,
    payload: { key_type: 'ED25519' },
    secret: true,
  } as const
  for (const [name, expected, change] of rows) {
    const content = change(mine ?? {}, other ?? {})
    const wrong: string[] = []
    const check = async (written: Entry, code: string, asked: typeof uses) => {
      await service.change([written])
      for (const use of asked) {
        const outcome = await outcomeOf(service, use)
        // What only verifies opens no lock of a key.
        const isUnopened = name === 'a lock of the server' && outcome === 'right' && !use.secret
        if (outcome !== code && !isUnopened) wrong.push(`${use.name} ${use.path}: ${outcome}, not ${code}`)
      }
    }
    await check(changed(entry, { content }), 'STORE_CORRUPT', [...uses, create])
    await check(authentic(integrityKey, entry, { content }), expected, uses)
    t.strictSame(wrong, [], name)
  }
  await service.change([entry])
  for (const use of uses) t.equal(await outcomeOf(service, use), 'right', use.name)
})

t.test('whichever byte of a pointer is flipped, nothing wrong is answered', async t => {
  const { service, keys } = await openUsersService(t)
  for (const { name, keystoreId, ids, uses } of keys) {
    const entry = service.entry('keys', keystoreId, ids[0])
    const [, , body] = decode(entry.value) as [number, Uint8Array[], Uint8Array]
    const wrong: string[] = []
    let harmless = 0
    for (const [offset, byte] of entry.value.entries()) {
      const value = Uint8Array.from(entry.value)
      value[offset] = byte ^ 1
      await service.change([{ ...entry, value }])
      const [use] = uses.slice(offset % uses.length)
      const outcome = use === undefined ? 'nothing' : await outcomeOf(service, use)
      if (outcome === 'right') harmless += 1
      else if (!['STORE_CORRUPT', 'VAULT_CORRUPT'].includes(outcome)) wrong.push(`byte ${offset}: ${outcome}`)
    }
    t.strictSame(wrong, [], name)
    t.equal(harmless, body.length - 33, 'what stood there before is nothing that is read')
    await service.change([entry])
  }
})

t.test('a pointer of another key, revision or time leads nowhere', async t => {
  const { service, keys, otherId } = await openUsersService(t)
  const [key, another] = keys
  if (key === undefined || another === undefined) throw new Error('there are no keys')
  const entry = service.entry('keys', key.keystoreId, key.ids[0])
  const other = service.entry('keys', another.keystoreId, another.ids[0])
  const abroad = service.entry('keys', otherId, 'abroad')
  const [revision, ids, body] = decode(entry.value) as [number, Uint8Array[], Uint8Array]
  const bodyOf = ({ value }: Entry) => decode(value)[2]
  const digestOf = (bytes: Uint8Array) => Buffer.from(bytes).subarray(1, 33)
  const written: [name: string, value: Uint8Array][] = [
    ["another key's record", other.value],
    ["another key's pointer", encode([revision, ids, bodyOf(other)])],
    ["another keystore's pointer", encode([revision, ids, bodyOf(abroad)])],
    ['a later revision', encode([revision + 1, ids, body])],
    ['one id more', encode([revision, [...ids, Buffer.from('more')], body])],
    ['an empty pointer', encode([revision, ids, new Uint8Array(0)])],
    ['the version alone', encode([revision, ids, body.subarray(0, 1)])],
    ['a digest that was cut off', encode([revision, ids, body.subarray(0, 32)])],
    ['four digests', encode([revision, ids, Buffer.concat([body.subarray(0, 33), ...Array(3).fill(digestOf(body))])])],
    ['an unknown version', encode([revision, ids, Buffer.concat([Buffer.of(3), body.subarray(1)])])],
  ]
  for (const [name, value] of written) {
    await service.change([{ ...entry, value }])
    for (const use of key.uses) {
      const outcome = await outcomeOf(service, use)
      t.ok(['STORE_CORRUPT', 'VAULT_CORRUPT'].includes(outcome), `${name}: ${use.name}: ${outcome}`)
    }
  }
  await service.change([entry])
  for (const use of key.uses) t.equal(await outcomeOf(service, use), 'right', use.name)
})

/** Two keystores of one user, whose locks are shared with her and whose keys live in her vault. */
async function openUsersService(t: Test) {
  const [own, held] = await splitSecret('gf256-11b', random(32), random)
  const service = await openExposedService(t, {
    ports: { shares: new MemorySecretShares([['alice', held]]), vaults: new MemoryVaults() },
    headers: { 'auth-user': 'alice', 'secret-share': Buffer.from(own).toString('base64') },
  })
  const { did } = (await service.ask('POST', '/did')).body
  const edv = { vault_url: vaultUrl, capability: Buffer.from(JSON.stringify({ invoker: did })).toString('base64') }
  const create = async (): Promise<string> => {
    const { body } = await service.ask('POST', '', { controller: 'did:example:alice', lock: { type: 'shamir' }, edv })
    return body.key_store_url.split('/').at(-1)
  }
  const [keystoreId, otherId] = [await create(), await create()]
  const keys: UsedKey[] = [
    await makeKey(service, keystoreId, 'ED25519'),
    await makeKey(service, keystoreId, 'AES256GCM'),
    await makeRotatedKey(service, keystoreId, ['ED25519']),
  ]
  const key = Buffer.alloc(32, 1).toString('base64')
  await service.ask('PUT', `/${otherId}/keys`, { key_type: 'AES256GCM', key, key_id: 'abroad' })
  return { service, keystoreId, otherId, keys }
}
