import { createHook } from 'node:async_hooks'
import {
  type ComputationPort,
  experimentalKeyTypeNames,
  inThisThread,
  type KeyTypeName,
  keyTypeNames,
} from '@keyhold/core'
import t from 'tap'
import { buildApp } from '../../support/build-app.ts'
import type { ExposedService } from '../../support/exposed-service.ts'
import { importableKey } from '../../support/families.ts'
import { makeKey, makeKeystore } from '../../support/key-uses.ts'

/** What Node.js calls the work that it hands to its pool of threads (`async_hooks`). */
const poolJobs = new Set(['SIGNREQUEST', 'VERIFYREQUEST', 'DERIVEBITSREQUEST', 'KEYPAIRGENREQUEST'])

type Place = 'loop' | 'pool' | 'thread'

/**
 * Where each operation of a key type does what is its own: on the event loop what takes less than a millisecond, and else in
 * the pool of Node.js, or on a thread for long computations. A type that is not here does everything on the loop.
 */
const elsewhere: Partial<Record<KeyTypeName, Readonly<Record<string, Place>>>> = {
  ...ofAll(['ECDSAP384DER', 'ECDSAP521DER', 'ECDSAP384IEEEP1363', 'ECDSAP521IEEEP1363'], {
    create: 'thread',
    import: 'thread',
    sign: 'pool',
    verify: 'pool',
  }),
  // A verification takes a fiftieth of a signature.
  ...ofAll(['RSARS256', 'RSAPS256'], { create: 'pool', import: 'pool', sign: 'pool' }),
  ...ofAll(['NISTP384ECDHKW', 'NISTP521ECDHKW'], {
    create: 'thread',
    import: 'thread',
    wrap: 'thread',
    unwrap: 'thread',
  }),
  ...ofAll(['BLS12381G2', 'BLS12381G2-SHA-256'], {
    create: 'thread',
    import: 'thread',
    'import of a public key': 'thread',
    signmulti: 'thread',
    verifymulti: 'thread',
  }),
  'ML-DSA-65': { create: 'thread', import: 'thread', sign: 'thread', verify: 'thread' },
  'ML-KEM-768': { create: 'thread', import: 'thread', unwrap: 'thread' },
}

function ofAll(types: readonly KeyTypeName[], places: Readonly<Record<string, Place>>) {
  return Object.fromEntries(types.map(type => [type, places]))
}

t.test('what takes long runs elsewhere', async t => {
  const seen = new Set<Place>()
  const jobs = new Set<number>()
  const hook = createHook({
    init(id, type) {
      if (poolJobs.has(type)) jobs.add(id)
    },
    // Of a job that is done at once nobody is called back.
    before(id) {
      if (jobs.has(id)) seen.add('pool')
    },
  }).enable()
  t.teardown(() => hook.disable())
  const computation: ComputationPort = {
    run(job) {
      seen.add('thread')
      return inThisThread.run(job)
    },
    close: async () => {},
  }
  const app = await buildApp(t, { ports: { computation }, experimentalKeyTypes: experimentalKeyTypeNames })
  const ask: ExposedService['ask'] = (method, path, body) =>
    app.send({ method, path: `/v1/keystores${path}`, ...(body && { body }) })
  const service = { ask } as ExposedService
  const keystoreId = await makeKeystore(service)
  const placeOf = async (run: () => Promise<{ readonly status: number }>): Promise<Place> => {
    seen.clear()
    t.equal((await run()).status, 200)
    return [...seen][0] ?? 'loop'
  }
  const importsOf = async (key_type: KeyTypeName, path: string, id: string) => {
    const { public_key } = (await ask('GET', `${path}/${id}/export`)).body
    const key = importableKey(key_type).toString('base64')
    const imports = [{ name: 'import', method: 'PUT', path, payload: { key_type, key } }] as const
    if (public_key === undefined) return imports
    return [...imports, { ...imports[0], name: 'import of a public key', payload: { key_type, public_key } }]
  }
  for (const type of keyTypeNames) {
    const create = await placeOf(() => ask('POST', `/${keystoreId}/keys`, { key_type: type, attrs: ['2048'] }))
    t.equal(create, elsewhere[type]?.['create'] ?? 'loop', `${type} create`)
    const { ids, uses } = await makeKey(service, keystoreId, type)
    for (const { name, payload, ...request } of [...uses, ...(await importsOf(type, `/${keystoreId}/keys`, ids[0]))]) {
      const place = await placeOf(() => ask(request.method, request.path, payload))
      t.equal(place, elsewhere[type]?.[name] ?? 'loop', `${type} ${name}`)
    }
  }
})
