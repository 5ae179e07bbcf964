import type { Client } from '@keyhold/scripts/crash/client.js'
import { Ledger, type Operation } from '@keyhold/scripts/crash/ledger.js'
import { SeededRandom } from '@keyhold/scripts/crash/seeded-random.js'
import { checkVersions, settle } from '@keyhold/scripts/crash/settle.js'
import type { Stored, StoredKey } from '@keyhold/scripts/crash/stored.js'
import t from 'tap'

const type = 'AES256GCM'

/** A ledger that knows the keystore `store` and in it the key `first`, rotated to `second` and then to `third`. */
function clientOf(...unanswered: Operation[]) {
  const ledger = new Ledger()
  ledger.addKeystore('store')
  const version = (id: string) => ({ id, type, asked: ledger.now(), answered: ledger.now() }) as const
  const key = ledger.addKey('store', version('first'), {})
  key.versions.push(version('second'), version('third'))
  for (const operation of unanswered) ledger.unanswered.add(operation)
  const tally = { checks: 0, unavailable: 0, violations: [] as string[] }
  const random = new SeededRandom(1)
  const client: Client = { url: '', ledger, random, acknowledged: new Map(), tally, excuse: () => undefined }
  return { client, key, violations: tally.violations }
}

function storedKey(...ids: [string, ...string[]]): StoredKey {
  return { keystoreId: 'store', ids, versions: () => ids.map(id => ({ id, type })) }
}

function storedOf(keystores: readonly string[], ...keys: StoredKey[]): Stored {
  return {
    keystores: new Set(keystores),
    keys: new Map(keys.map(key => [`store/${key.ids[0]}`, key])),
    faults: [],
  }
}

const whole = storedKey('first', 'second', 'third')
const newKeystore: Operation = { kind: 'create keystore', asks: 'keystore' }
const newKey: Operation = { kind: 'create key', asks: 'key', keystoreId: 'store', type, origin: {} }
const newKeyById: Operation = { ...newKey, kind: 'import symmetric key by id', origin: { id: 'chosen' } }

t.test('what is stored is held against what was acknowledged', async t => {
  const cases: [name: string, stored: Stored, unanswered: Operation[], violation: RegExp | undefined][] = [
    ['everything is there', storedOf(['store'], whole), [], undefined],
    ['unanswered and not done', storedOf(['store'], whole), [newKeystore, newKey, newKeyById], undefined],
    ['a keystore is lost', storedOf([], whole), [], /keystore store is lost/],
    ['a key is lost', storedOf(['store']), [], /key store\/first is lost/],
    ['a key is lost while one was asked for', storedOf(['store'], storedKey('x')), [newKey], /first is lost/],
    ['a keystore too many', storedOf(['store', 'x'], whole), [], /nobody asked for the keystore x/],
    ['two keystores for one request', storedOf(['store', 'x', 'y'], whole), [newKeystore], /keystore y/],
    ['a key too many', storedOf(['store'], whole, storedKey('x')), [], /nobody asked for the key store\/x/],
    ['a key under another id', storedOf(['store'], whole, storedKey('x')), [newKeyById], /the key store\/x/],
    ['a store that is not whole', { ...storedOf(['store'], whole), faults: ['torn'] }, [], /not whole: torn/],
  ]
  for (const [name, stored, unanswered, violation] of cases) {
    const { client, violations } = clientOf(...unanswered)
    const settlements = settle(client, stored)
    if (violation === undefined) t.same(violations, [], name)
    else t.match(violations, [violation], name)
    t.equal(settlements.length, unanswered.length, `${name}: every request without an answer has a fate`)
  }
})

t.test('what was done without an answer is known from then on', async t => {
  const { client, key, violations } = clientOf(newKeystore, newKeyById)
  client.ledger.unanswered.add({ kind: 'rotate key', asks: 'version', key, type, asked: client.ledger.now() })
  const rotated = storedKey('first', 'second', 'third', 'fourth')
  const settlements = settle(client, storedOf(['store', 'new'], rotated, storedKey('chosen')))
  t.same(violations, [])
  t.same(
    settlements.map(({ done }) => done),
    [true, true, true],
  )
  t.ok(client.ledger.keystores.has('new'))
  t.ok(client.ledger.keys.has('store/chosen'))
  checkVersions(client, key, rotated)
  t.same(violations, [])
})

t.test('the versions of a key are those that are known, in the order in which they were answered', async t => {
  const cases: [name: string, stored: StoredKey, violation: RegExp][] = [
    ['the newest is lost', storedKey('first', 'second'), /are known/],
    ['an older one is lost', storedKey('first', 'third'), /are known/],
    ['one too many', storedKey('first', 'second', 'third', 'x'), /are known/],
    ['another order', storedKey('first', 'third', 'second'), /second of store\/first stands too late/],
    ['ids that are not the versions', { ...whole, ids: ['first', 'third', 'second'] }, /are known/],
    ['another type', { ...whole, versions: () => [{ id: 'first', type: 'AES128GCM' }] }, /of type AES128GCM/],
  ]
  for (const [name, stored, violation] of cases) {
    const { client, key, violations } = clientOf()
    checkVersions(client, key, stored)
    t.ok(
      violations.some(sentence => violation.test(sentence)),
      `${name}: ${violations}`,
    )
  }
  const { client, key, violations } = clientOf()
  checkVersions(client, key, whole)
  t.same(violations, [])
})
