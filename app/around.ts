import type { KeyStorePort, LockContext, LockPort, SecretBytes, StoredRecord, Vault, VaultPort } from '@keyhold/core'

/** A call to a port: what was called, and what about. No byte of what is given or answered is in it. */
export interface PortCall {
  /** `store`, `vault`, or a lock: its technology and `lock`. */
  readonly port: string
  readonly call: string
  readonly about: Readonly<Record<string, string | number>>
}

/** Stands around each call of a port, and answers or throws what `run` does, when it does. */
export type Around = <R>(call: PortCall, run: () => R) => R

/** Several around the same call, the first one outermost; undefined if there are none. */
export function allAround(...given: readonly (Around | undefined)[]): Around | undefined {
  const arounds = given.filter(around => around !== undefined)
  if (arounds.length < 2) return arounds[0]
  return (call, run) =>
    arounds.reduceRight<() => ReturnType<typeof run>>((inner, around) => () => around(call, inner), run)()
}

export function aroundLock(lock: LockPort, around: Around): LockPort {
  // Of a lock's id the technology is enough: the kind of lock in the hierarchy.
  const [kind = ''] = lock.id.split(':')
  const port = `${kind} lock`
  return {
    id: lock.id,
    ...(lock.formerId !== undefined && { formerId: lock.formerId }),
    lock: (secret: Uint8Array, about: LockContext) =>
      around({ port, call: 'lock', about }, () => lock.lock(secret, about)),
    unlock: (locked: Uint8Array, about: LockContext): Promise<SecretBytes> =>
      around({ port, call: 'unlock', about }, () => lock.unlock(locked, about)),
    check: () => around({ port, call: 'check', about: {} }, () => lock.check()),
    close: () => lock.close(),
  }
}

export function aroundStore(store: KeyStorePort, around: Around): KeyStorePort {
  const of = <R>(call: string, about: PortCall['about'], run: () => R) => around({ port: 'store', call, about }, run)
  return {
    find: (collection, scope, id, known) =>
      of('find', { collection, scope, id }, () => store.find(collection, scope, id, known)),
    add: (record, durability) => of('add', placeOf(record), () => store.add(record, durability)),
    replace: record => of('replace', placeOf(record), () => store.replace(record)),
    list: (collection, scope, limit, after) =>
      of('list', { collection, scope }, () => store.list(collection, scope, limit, after)),
    remove: (collection, scope, id, revision) =>
      of('remove', { collection, scope, id, revision }, () => store.remove(collection, scope, id, revision)),
    check: () => of('check', {}, () => store.check()),
    close: () => store.close(),
  }
}

export function aroundVaults(vaults: VaultPort, around: Around): VaultPort {
  return {
    open: async binding => aroundVault(await vaults.open(binding), around),
    close: () => vaults.close(),
  }
}

function aroundVault(vault: Vault, around: Around): Vault {
  const of = <R>(call: string, run: () => R) => around({ port: 'vault', call, about: {} }, run)
  return {
    put: (name, content) => of('put', () => vault.put(name, content)),
    get: name => of('get', () => vault.get(name)),
    remove: name => of('remove', () => vault.remove(name)),
    close: () => vault.close(),
  }
}

function placeOf({ collection, scope, ids: [id], revision }: StoredRecord) {
  return { collection, scope, id, revision }
}
