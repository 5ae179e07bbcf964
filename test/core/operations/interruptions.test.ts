import { outcome } from '@keyhold/contract'
import {
  ccgRootId,
  createKey,
  createKeystore,
  exportKey,
  importKey,
  type Kms,
  KmsError,
  openSession,
  rotateKey,
  sign,
  updateVaultCapability,
  verify,
} from '@keyhold/core'
import t, { type Test } from 'tap'
import type { Break } from '../../support/fuse.ts'
import {
  type Combination,
  type FusedScene,
  makeFusedScene,
  message,
  openedBy,
  vaultUrl,
} from '../../support/fused-scene.ts'

/** What may be answered to a request of which a call to the outside was lost. */
const unheard = ['STORE_UNAVAILABLE', 'LOCK_UNAVAILABLE', 'SHARE_UNAVAILABLE', 'VAULT_UNAVAILABLE']

const writes = ['store.add', 'store.replace', 'vault.put', 'vault.remove']

/** A request, and what must hold whatever came of it. */
interface Operation {
  readonly name: string
  readonly isFor?: (combination: Combination) => boolean
  /** Answers the id of what it made. */
  run(kms: Kms, scene: FusedScene): Promise<string | undefined>
  /** Whether the same request is refused as soon as it was done once. */
  readonly isOnce?: boolean
}

const operations: readonly Operation[] = [
  {
    name: 'create a keystore',
    run: async (kms, { caller, creation }) => (await createKeystore(kms, caller(), creation)).id,
  },
  {
    name: 'create a key',
    run: async (kms, { caller, keystoreId }) => (await createKey(kms, caller(), { keystoreId, keyType: 'ED25519' })).id,
  },
  {
    name: 'import a named key',
    async run(kms, { caller, keystoreId }) {
      const key = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)])
      return (await importKey(kms, caller(), { keystoreId, keyType: 'ED25519', key, keyId: 'named' })).id
    },
    isOnce: true,
  },
  {
    name: 'import a key under an id that is taken',
    async run(kms, { caller, keystoreId, keyId }) {
      const key = Buffer.alloc(32, 7)
      await importKey(kms, caller(), { keystoreId, keyType: 'AES256GCM', key, keyId }).catch(error => {
        if (!(error instanceof KmsError) || error.code !== 'ALREADY_EXISTS') throw error
      })
      return undefined
    },
  },
  {
    name: 'rotate a key',
    run: async (kms, { caller, keystoreId, keyId }) =>
      (await rotateKey(kms, caller(), { keystoreId, keyId, keyType: 'ED25519' })).id,
  },
  {
    name: 'open a session',
    async run(kms, { keystoreId, creation }) {
      const { controller } = creation
      const capability = { rootId: ccgRootId({ url: kms.keystoreUrl(keystoreId) }) }
      const invocation = { dialect: 'ccg', action: 'openSession', capability, capabilityHash: 'hash' } as const
      const publicKey = new Uint8Array(32)
      const key = { id: `${controller}#key`, controller, kind: 'Ed25519', publicKey, verify: () => false } as const
      const opener = { kind: 'invoker', key, invocation } as const
      const { session } = await openSession(kms, opener, { keystoreId, publicKey: Buffer.alloc(32, 9) })
      // A key that was made for it is there, and opens.
      await kms.sessions.verify(session, new Uint8Array(32), new Uint8Array(0))
      return undefined
    },
  },
  {
    name: 'give the vault another capability',
    isFor: ({ isVaulted }) => isVaulted,
    async run(kms, { caller, keystoreId, capability }) {
      await updateVaultCapability(kms, caller(), { keystoreId, capability: capability('newer') })
      return undefined
    },
  },
]

for (const lock of ['server-held', 'shamir'] as const) {
  for (const isVaulted of [false, true]) {
    const combination = { lock, isVaulted }
    for (const operation of operations.filter(({ isFor }) => isFor?.(combination) ?? true)) {
      const name = `${operation.name}, ${lock}, keys in the ${isVaulted ? 'vault' : 'store'}`
      t.test(`${name}: whichever call is lost`, t => interruptEverywhere(t, combination, operation))
    }
  }
}

async function interruptEverywhere(t: Test, combination: Combination, operation: Operation): Promise<void> {
  const whole = await makeFusedScene(combination)
  const kms = await openedBy(whole)
  whole.fuse.set()
  await operation.run(kms, whole)
  const calls = whole.fuse.calls
  t.comment(calls.join(', '))
  t.ok(calls.length > 1, `${calls.length} calls`)
  for (const [index, call] of calls.entries()) {
    // What only reads has done nothing, also if it is done.
    for (const isDone of writes.includes(call) ? [false, true] : [false]) {
      for (const stays of [false, true]) {
        const broken = { at: index + 1, isDone, stays }
        const wrong = await interrupt(await makeFusedScene(combination), operation, broken)
        const how = `${index + 1}: ${call} is ${isDone ? '' : 'not '}done${stays ? ', and the process ends' : ''}`
        t.strictSame(wrong, [], how)
      }
    }
  }
}

/** What is wrong after a request was interrupted. */
async function interrupt(scene: FusedScene, operation: Operation, broken: Break): Promise<string[]> {
  const { fuse } = scene
  const interrupted = await openedBy(scene)
  const before = await visible(scene)
  fuse.set(broken)
  const { ended, id } = await ending(() => operation.run(interrupted, scene))
  const isReached = fuse.calls.length >= broken.at
  fuse.set()
  const kms = broken.stays ? await openedBy(scene) : interrupted
  const wrong: string[] = isReached ? [] : ['nothing was interrupted']
  if (ended !== 'done' && !unheard.includes(ended)) wrong.push(`answered ${ended}`)
  const after = await visible(scene)
  if (id !== undefined && !after.some(path => path.endsWith(`/${id}`))) wrong.push('what was acknowledged is lost')
  wrong.push(...(await notWhole(kms, scene, after)))
  if (ended === 'done') return wrong
  const again = await ending(() => operation.run(kms, scene))
  const wasMade = after.length > before.length
  const expected = operation.isOnce && wasMade ? 'ALREADY_EXISTS' : 'done'
  if (again.ended !== expected) wrong.push(`once more, it is answered ${again.ended}`)
  wrong.push(...(await notWhole(kms, scene, await visible(scene))))
  return [...wrong, ...(await tooMany(scene))]
}

/** Every id under which something is found, after its keystore's. */
async function visible({ ports: { store } }: FusedScene): Promise<string[]> {
  const keystores = await store.list('keystores', '', 100)
  const paths: string[] = []
  for (const {
    ids: [keystoreId],
  } of keystores) {
    const keys = await store.list('keys', keystoreId, 100)
    paths.push(`/${keystoreId}`, ...keys.flatMap(({ ids }) => ids.map(id => `/${keystoreId}/${id}`)))
  }
  return paths
}

/** What is visible and cannot be used as it should. */
async function notWhole(kms: Kms, scene: FusedScene, paths: readonly string[]): Promise<string[]> {
  const { caller, keystoreId, keyId, signature } = scene
  const wrong: string[] = []
  const expectDone = async (name: string, call: () => Promise<unknown>) => {
    const ended = await outcome(call)
    if (ended !== 'done') wrong.push(`${name}: ${ended}`)
  }
  await expectDone('what was signed before', async () =>
    verify(kms, caller(), { keystoreId, keyId, message, signature }),
  )
  for (const path of paths) {
    const [, keystore = '', key] = path.split('/')
    if (key === undefined) {
      await expectDone(path, () => createdAndUsed(kms, scene, keystore))
      continue
    }
    const address = { keystoreId: keystore, keyId: key }
    await expectDone(`${path}, export`, () => exportKey(kms, caller(), address))
    await expectDone(`${path}, use`, async () => {
      const fresh = await sign(kms, caller(), { ...address, message })
      await verify(kms, caller(), { ...address, message, signature: fresh })
    })
  }
  return wrong
}

/** A keystore is whole if keys can be made in it; only one that is empty is tried, so that nothing is counted twice. */
async function createdAndUsed(kms: Kms, { caller, ports }: FusedScene, keystoreId: string): Promise<void> {
  if ((await ports.store.list('keys', keystoreId, 1)).length > 0) return
  const { id: keyId } = await createKey(kms, caller(), { keystoreId, keyType: 'ED25519' })
  await sign(kms, caller(), { keystoreId, keyId, message })
}

/** One interruption leaves one document behind at most that nothing points to. */
async function tooMany(scene: FusedScene): Promise<string[]> {
  const { ports, vaults, combination } = scene
  if (!combination.isVaulted) return []
  const keystores = await ports.store.list('keystores', '', 100)
  const keys = await Promise.all(keystores.map(({ ids: [id] }) => ports.store.list('keys', id, 100)))
  // A pointer is a byte and the digests of the document that it leads to, and of those before it that may be there still.
  const known = keys.flat().reduce((sum, { body }) => sum + (body.length - 1) / 32, 0)
  const { length } = vaults.names(vaultUrl)
  const isRight = keys.flat().length <= length && length <= known + 1
  return isRight ? [] : [`${length} documents, of which ${known} are known`]
}

async function ending(run: () => Promise<string | undefined>): Promise<{ ended: string; id: string | undefined }> {
  let id: string | undefined
  const ended = await outcome(async () => {
    id = await run()
  })
  return { ended, id }
}
