import { type KeyStorePort, KmsError, type LockContext, type LockPort, type SecretBytes } from '@keyhold/core'

/** Where the lines go. */
export interface TraceLog {
  debug(entry: object, message: string): void
}

type Trace = <T>(call: string, about: object, run: () => Promise<T>) => Promise<T>

/**
 * Logs each call to a lock, with what it was about and how it ended, and no byte of what was given or answered. In the
 * order of these lines, and those of `traceStore`, a reader finds the hierarchy of locks again.
 */
export function traceLock(lock: LockPort, log: TraceLog): LockPort {
  // Of a lock's id the technology is enough: the kind of lock in the hierarchy.
  const [kind = ''] = lock.id.split(':')
  const trace = tracer(log, `${kind} lock`)
  return {
    id: lock.id,
    ...(lock.formerId !== undefined && { formerId: lock.formerId }),
    lock: (secret: Uint8Array, context: LockContext) => trace('lock', context, () => lock.lock(secret, context)),
    unlock: (locked: Uint8Array, context: LockContext): Promise<SecretBytes> =>
      trace('unlock', context, () => lock.unlock(locked, context)),
    check: () => trace('check', {}, () => lock.check()),
    close: () => lock.close(),
  }
}

/** Logs each call to a store, as `traceLock` does. */
export function traceStore(store: KeyStorePort, log: TraceLog): KeyStorePort {
  const trace = tracer(log, 'store')
  return {
    find: (collection, scope, id) => trace('find', { collection, scope, id }, () => store.find(collection, scope, id)),
    add: record => trace('add', placeOf(record), () => store.add(record)),
    replace: record => trace('replace', placeOf(record), () => store.replace(record)),
    list: (collection, scope, limit, after) =>
      trace('list', { collection, scope }, () => store.list(collection, scope, limit, after)),
    remove: (collection, scope, id, revision) =>
      trace('remove', { collection, scope, id, revision }, () => store.remove(collection, scope, id, revision)),
    check: () => trace('check', {}, () => store.check()),
    close: () => store.close(),
  }
}

function placeOf({ collection, scope, ids: [id], revision }: Parameters<KeyStorePort['add']>[0]) {
  return { collection, scope, id, revision }
}

function tracer(log: TraceLog, port: string): Trace {
  return async (call, about, run) => {
    const from = performance.now()
    const write = (outcome: string) => {
      const milliseconds = Math.round((performance.now() - from) * 1000) / 1000
      log.debug({ port, call, ...about, outcome, milliseconds }, 'trace')
    }
    try {
      const result = await run()
      write('done')
      return result
    } catch (error) {
      write(error instanceof KmsError ? error.code : 'failed')
      throw error
    }
  }
}
