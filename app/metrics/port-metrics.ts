import { observed } from '@keyhold/core'
import type { Registry } from 'prom-client'
import type { Around, PortCall } from '../around.ts'
import { outcomeOf } from '../trace.ts'
import { type Histogram, HistogramFamily } from './families.ts'

/** What the calls of stores and vaults do with a database, in the reference server's words. */
const databaseCalls: Readonly<Record<string, string>> = {
  find: 'get',
  get: 'get',
  add: 'put',
  replace: 'put',
  put: 'put',
  list: 'query',
  remove: 'delete',
}

/** The same for locks. */
const lockCalls: Readonly<Record<string, string>> = { lock: 'encrypt', unlock: 'decrypt' }

/** What it calls the locks that it measures. */
const locks: Readonly<Record<string, string>> = {
  'aws-kms lock': 'aws_secret_lock',
  'keystore lock': 'key_secret_lock',
  'user lock': 'key_secret_lock',
}

/**
 * Measures the calls of stores, vaults and locks: each under one name with how it ended, and under the names that the
 * reference server has for it.
 *
 * @param database what the store is called in `type`
 */
export function portMetrics(registry: Registry, database: string): Around {
  const labels = ['port', 'call', 'outcome']
  const calls = new HistogramFamily(
    registry,
    'kms_port_seconds',
    'Calls of stores, vaults and locks, by their end.',
    labels,
  )
  const referenceNames = namesOfReference(registry, database)
  const known = new Map<string, readonly Histogram[]>()
  const histogramsOf = (about: PortCall, outcome: string): readonly Histogram[] => {
    const name = `${about.port} ${about.call} ${about.about['collection'] ?? ''} ${outcome}`
    const found = known.get(name)
    if (found !== undefined) return found
    const histograms = [calls.child(about.port, about.call, outcome), ...referenceNames(about)]
    known.set(name, histograms)
    return histograms
  }
  return (about, run) => {
    const from = performance.now()
    const end = (outcome: string) => {
      const seconds = (performance.now() - from) / 1000
      for (const histogram of histogramsOf(about, outcome)) histogram.observe(seconds)
    }
    return observed(
      run,
      () => end('done'),
      error => end(outcomeOf(error)),
    )
  }
}

function namesOfReference(registry: Registry, database: string): (call: PortCall) => readonly Histogram[] {
  const families = new Map<string, HistogramFamily>()
  const family = (name: string, help: string, labels: readonly string[] = []) => {
    families.set(name, new HistogramFamily(registry, name, help, labels))
  }
  for (const call of ['get', 'put', 'query', 'delete']) {
    family(`kms_db_${call}_seconds`, 'A call of the store, or of a vault (EDV).', ['type'])
  }
  for (const lock of ['aws_secret_lock', 'key_secret_lock']) {
    for (const call of ['encrypt', 'decrypt']) family(`kms_key_store_${lock}_${call}_seconds`, 'A call of a lock.')
  }
  family('kms_key_store_resolve_seconds', 'Finding a keystore in the store.')
  family('kms_key_store_get_key_seconds', 'Finding a key in the store, or the pointer to it.')

  return ({ port, call, about }) => {
    const found: (Histogram | undefined)[] = []
    const done = databaseCalls[call]
    if (done && (port === 'store' || port === 'vault')) {
      found.push(families.get(`kms_db_${done}_seconds`)?.child(port === 'vault' ? 'EDV' : database))
    }
    if (port === 'store' && call === 'find' && about['collection'] === 'keystores') {
      found.push(families.get('kms_key_store_resolve_seconds')?.child())
    }
    if (port === 'store' && call === 'find' && about['collection'] === 'keys') {
      found.push(families.get('kms_key_store_get_key_seconds')?.child())
    }
    const lock = locks[port]
    if (lock) found.push(families.get(`kms_key_store_${lock}_${lockCalls[call]}_seconds`)?.child())
    return found.filter(histogram => histogram !== undefined)
  }
}
