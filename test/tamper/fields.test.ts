import t from 'tap'
import { type Entry, openExposedService } from '../support/exposed-service.ts'
import { makeKeysOfEveryKind, makeKeystore, outcomeOf, type UsedKey } from '../support/key-uses.ts'
import { changed, type Record, takeApart, type Version } from '../support/stored-record.ts'

/** A change of a record; undefined if the record has no such thing. */
type Change = (record: Record) => Partial<Omit<Record, 'tag'>> | undefined
type Row = readonly [name: string, change: Change]

/** A change of one version, of all of them one after the other. */
const everyVersion = (name: string, change: (version: Version) => Partial<Version>): Row[] =>
  [0, 1].map(at => [
    `${name} of version ${at + 1}`,
    ({ content }) =>
      content.versions?.[at] && {
        content: {
          ...content,
          versions: content.versions.map((each, index) => (index === at ? { ...each, ...change(each) } : each)),
        },
      },
  ])

const versionsOf = (name: string, change: (versions: readonly Version[]) => readonly Version[]): Row => [
  name,
  ({ content }) => ({ content: { ...content, versions: change(content.versions ?? []) } }),
]

const ofRotated = ([name, change]: Row): Row => [name, record => (record.ids.length > 1 ? change(record) : undefined)]

const ofEveryRecord: readonly Row[] = [
  ['state', ({ content }) => ({ content: { ...content, state: 'suspended' } })],
  ['one member more', ({ content }) => ({ content: { ...content, more: 1 } })],
  ['nothing in it', () => ({ content: {} })],
  ['revision counted up', ({ revision }) => ({ revision: revision + 1 })],
  ['revision counted down', ({ revision }) => ({ revision: revision - 1 })],
  ['one id more', ({ ids }) => ({ ids: [...ids, 'more'] })],
  ['its id twice', ({ ids }) => ({ ids: [ids[0], ...ids] })],
  ['another id', () => ({ ids: ['another'] })],
]

const ofKeystores: readonly Row[] = [
  [
    'owner',
    ({ content }) => ({ content: { ...content, owner: { issuer: 'https://auth.example', subject: 'thief' } } }),
  ],
  ['controller', ({ content }) => ({ content: { ...content, controller: 'did:example:thief' } })],
  ['creation', ({ content }) => ({ content: { ...content, createdAt: 0 } })],
  ['lock scheme', ({ content }) => ({ content: { ...content, lock: { ...content.lock, kind: 'shamir' } } })],
  ['no lock', ({ content: { lock: _, ...content } }) => ({ content })],
  ['vault', ({ content }) => ({ content: { ...content, edv: {} } })],
]

const ofKeys: readonly Row[] = [
  ...everyVersion('state', () => ({ state: 'suspended' })),
  ...everyVersion('number', ({ number }) => ({ number: number + 1 })),
  ...everyVersion('id', () => ({ id: 'another' })),
  ...everyVersion('creation', () => ({ createdAt: 0 })),
  ...everyVersion('type', ({ type }) => ({ type: type === 'AES128GCM' ? 'AES256GCM' : 'AES128GCM' })),
  ...everyVersion('public key', () => ({ publicKey: Buffer.alloc(32, 9) })),
  ...everyVersion('secret', () => ({ locked: Buffer.alloc(100, 1) })),
  versionsOf('no version', () => []),
  versionsOf('the newest version twice', versions => [...versions, ...versions.slice(-1)]),
  ofRotated(versionsOf('the older version dropped', versions => versions.slice(1))),
  ofRotated(versionsOf('the newer version dropped', versions => versions.slice(0, 1))),
  ofRotated(versionsOf('the versions in another order', versions => versions.toReversed())),
  ofRotated(['the ids in another order', ({ ids: [first, second = first] }) => ({ ids: [second, first] })]),
  ofRotated(['the newer id dropped', ({ ids: [first] }) => ({ ids: [first] })]),
]

t.test('a record that was changed in any way is refused', async t => {
  const service = await openExposedService(t)
  const keystoreId = await makeKeystore(service)
  const keys = await makeKeysOfEveryKind(service, keystoreId)
  const check = async (entry: Entry, rows: readonly Row[], users: readonly UsedKey[]) => {
    for (const [name, change] of rows) {
      const difference = change(takeApart(entry))
      if (difference === undefined) continue
      const tampered = changed(entry, difference)
      if (Buffer.compare(tampered.value, entry.value) === 0) t.fail(`${name} changes nothing`)
      await service.change([tampered])
      const wrong: string[] = []
      for (const use of users.flatMap(({ uses }) => uses)) {
        const outcome = await outcomeOf(service, use)
        if (outcome !== 'STORE_CORRUPT') wrong.push(`${use.path}: ${outcome}`)
      }
      t.same(wrong, [], `${users.length === 1 ? users[0]?.name : 'keystore'}: ${name}`)
    }
    await service.change([changed(entry, {})])
    for (const { name, uses } of users) t.equal(await outcomeOf(service, uses[0]), 'right', `${name}: unchanged`)
  }
  await check(service.entry('keystores', '', keystoreId), [...ofEveryRecord, ...ofKeystores], keys)
  for (const key of keys) {
    await check(service.entry('keys', keystoreId, key.ids[0]), [...ofEveryRecord, ...ofKeys], [key])
  }
})
