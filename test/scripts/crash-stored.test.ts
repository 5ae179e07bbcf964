import type { Collection } from '@keyhold/core'
import { type FoundRecord, takeStock } from '@keyhold/scripts/crash/stored.js'
import t from 'tap'

function found(collection: Collection, scope: string, ...ids: [string, ...string[]]): FoundRecord {
  return { id: ids[0], record: { collection, scope, ids, revision: 1, body: new Uint8Array(0) } }
}

const header = found('header', '', 'store')
const keystore = found('keystores', '', 'one')
const key = found('keys', 'one', 'first', 'second')

t.test('a store is whole or has faults', async t => {
  const cases: [name: string, records: FoundRecord[], fault: RegExp | undefined][] = [
    ['whole', [header, keystore, key], undefined],
    ['the same ids in another keystore', [header, key, found('keys', 'two', 'first', 'second')], undefined],
    ['no header', [keystore, key], /0 headers/],
    ['two headers', [header, found('header', '', 'other')], /2 headers/],
    ['two keys of one first id', [header, key, found('keys', 'one', 'first')], /first: an id of two records/],
    ['two keys of one other id', [header, key, found('keys', 'one', 'x', 'second')], /second: an id of two records/],
    ['a record under another id', [header, { ...key, id: 'second' }], /second: the record of another id/],
  ]
  for (const [name, records, fault] of cases) {
    const { faults } = takeStock(records)
    if (fault === undefined) t.same(faults, [], name)
    else t.match(faults, [fault], name)
  }
})

t.test('keystores and keys are found by their ids', async t => {
  const { keystores, keys } = takeStock([header, keystore, key])
  t.same([...keystores], ['one'])
  t.same([...keys.keys()], ['one/first'])
})
