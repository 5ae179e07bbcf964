import { andThen, type Soon } from '../at-once.ts'
import { authorize, authorizeController, authorizeDescription } from '../authorization/authorize.ts'
import type { Caller } from '../authorization/caller.ts'
import { isIdentifier } from '../encoding/identifier.ts'
import { KmsError } from '../errors.ts'
import type { Kms } from '../kms.ts'
import { type Key, type KeyVersion, newestVersion } from '../records/key.ts'
import type { Keystore, State } from '../records/keystore.ts'
import type { SecretBytes } from '../secrets/secret-bytes.ts'
import type { Action } from '../zcap/action.ts'
import { requireShares } from './keystore-lock.ts'
import { withKeyRecords } from './keystore-vault.ts'

declare const resolved: unique symbol

/** A keystore that the caller may use in the way that was asked. Only `resolveKeystore` makes one. */
export interface ResolvedKeystore {
  readonly [resolved]: true
  readonly keystore: Keystore
  /** Whose request it is, with the share that may be needed to open the keystore's lock. */
  readonly caller: Caller
}

/** A key that the caller may use in the way that was asked. Only `resolveKey` and `withContentKey` make one. */
export interface ResolvedKey extends ResolvedKeystore {
  readonly key: Key
  /** The secret of a key that is stored nowhere. */
  readonly content?: SecretBytes
}

const keystoreNotActive = 'this keystore is not active'

export interface KeyAddress {
  readonly keystoreId: string
  readonly keyId: string
}

/** @throws KmsError KEYSTORE_NOT_FOUND, FORBIDDEN, NOT_ACTIVE */
export function resolveKeystore(
  kms: Kms,
  caller: Caller,
  action: Action,
  keystoreId: string,
  keyId?: string,
): Soon<ResolvedKeystore> {
  const holding = heldBy(caller, action, keystoreId, keyId)
  if (holding !== undefined) return holding
  return andThen(findKeystore(kms, caller, keystoreId), ({ keystore, found }) =>
    andThen(authorize(kms, caller, action, { keystore, keyId }), () => {
      if (!found) throw keystoreNotFound()
      requireActive(keystore, keystoreNotActive)
      return andThen(requireShares(kms, caller, keystore), () => ({ keystore, caller }) as ResolvedKeystore)
    }),
  )
}

/** A keystore for its controller, in whatever state it is. @throws KmsError KEYSTORE_NOT_FOUND, FORBIDDEN */
export async function resolveControlled(kms: Kms, caller: Caller, keystoreId: string): Promise<Keystore> {
  return resolveFor(authorizeController, kms, caller, keystoreId)
}

/** A keystore for whoever may see what it is, in whatever state it is. @throws KmsError KEYSTORE_NOT_FOUND, FORBIDDEN */
export async function resolveShown(kms: Kms, caller: Caller, keystoreId: string): Promise<Keystore> {
  return resolveFor(authorizeDescription, kms, caller, keystoreId)
}

async function resolveFor(
  decide: (caller: Caller, keystore: Keystore) => void,
  kms: Kms,
  caller: Caller,
  keystoreId: string,
): Promise<Keystore> {
  const { keystore, found } = await findKeystore(kms, caller, keystoreId)
  decide(caller, keystore)
  if (!found) throw keystoreNotFound()
  return keystore
}

/**
 * A keystore of which the caller may see the public keys: everyone may if they are public, and its controller always.
 * To whoever says nothing of itself, one whose keys are not public is not there.
 *
 * @throws KmsError KEYSTORE_NOT_FOUND, FORBIDDEN, NOT_ACTIVE
 */
export async function resolvePublished(kms: Kms, caller: Caller, keystoreId: string): Promise<Keystore> {
  const { keystore, found } = await findKeystore(kms, caller, keystoreId)
  const isPublic = keystore.jwks === 'public'
  if (!isPublic && caller.kind !== 'anonymous') authorizeController(caller, keystore)
  if (!found || (!isPublic && caller.kind === 'anonymous')) throw keystoreNotFound()
  requireActive(keystore, keystoreNotActive)
  return keystore
}

/** What was resolved once, for all that its caller does with it in one request. */
interface Held {
  readonly action: Action
  readonly keystoreId: string
  readonly keyId: string | undefined
  readonly resolved: ResolvedKeystore
}

const held = new WeakMap<Caller, Held>()

/** Gives a caller that nobody else has what was resolved for it. Nothing but what resolves calls this. */
export function hold(caller: Caller, holding: Held): void {
  held.set(caller, holding)
}

function heldBy(caller: Caller, action: Action, keystoreId: string, keyId?: string): ResolvedKeystore | undefined {
  const holding = held.get(caller)
  const isSame = holding?.action === action && holding.keystoreId === keystoreId && holding.keyId === keyId
  return isSame ? holding.resolved : undefined
}

/**
 * Resolves a key, or a keystore for what needs no key, for many uses by one request: they are decided about together, and
 * meet the key as it was then.
 *
 * @returns the caller for whom the same is resolved at once; about another action, keystore or key it is decided as ever
 * @throws KmsError as `resolveKey` does
 */
export async function resolveOnce(
  kms: Kms,
  caller: Caller,
  action: Action,
  { keystoreId, keyId }: { readonly keystoreId: string; readonly keyId?: string },
): Promise<Caller> {
  const holder = { ...caller }
  const resolved =
    keyId === undefined
      ? await resolveKeystore(kms, holder, action, keystoreId)
      : await resolveKey(kms, holder, action, { keystoreId, keyId })
  hold(holder, { action, keystoreId, keyId, resolved })
  return holder
}

/** @throws KmsError KEYSTORE_NOT_FOUND, KEY_NOT_FOUND, FORBIDDEN, NOT_ACTIVE */
export function resolveKey(
  kms: Kms,
  caller: Caller,
  action: Action,
  { keystoreId, keyId }: KeyAddress,
): Soon<ResolvedKey> {
  const holding = heldBy(caller, action, keystoreId, keyId)
  if (holding !== undefined) return holding as ResolvedKey
  return andThen(resolveKeystore(kms, caller, action, keystoreId, keyId), ({ keystore }) => {
    const find = () => withKeyRecords(kms, keystore, records => records.findKey(keystoreId, keyId))
    return andThen(isIdentifier(keyId) ? find() : undefined, key => {
      if (key === undefined) throw keyNotFound()
      noteKey(caller, key, newestVersion(key))
      requireActive(key, 'this key is not active')
      return { keystore, caller, key } as ResolvedKey
    })
  })
}

/** Lends a resolved key to `use`. */
export function withKey<T>(
  kms: Kms,
  caller: Caller,
  action: Action,
  address: KeyAddress,
  use: (resolved: ResolvedKey) => Soon<T>,
): Soon<T> {
  return andThen(resolveKey(kms, caller, action, address), use)
}

/** @throws KmsError NOT_ACTIVE */
export function requireActive({ state }: { readonly state: State }, message: string): void {
  if (state !== 'active') throw new KmsError('NOT_ACTIVE', message)
}

/**
 * Finds a keystore, or one that could stand under this id and that nobody controls: a stranger must not learn which
 * keystores there are, so the same decision is made about one that is not there.
 */
export function findKeystore(
  kms: Kms,
  { trail }: Caller,
  id: string,
): Soon<{ readonly keystore: Keystore; readonly found: boolean }> {
  return andThen(isIdentifier(id) ? kms.records.findKeystore(id) : undefined, stored => {
    if (stored === undefined) return { keystore: nobodys(id, kms.keystoreUrl(id)), found: false }
    if (trail !== undefined) trail.keystore = id
    return { keystore: stored, found: true }
  })
}

function nobodys(id: string, url: string): Keystore {
  return {
    id,
    url,
    controller: 'urn:keyhold:nobody',
    createdAt: 0,
    state: 'active',
    lock: { kind: 'server-held', lockedKey: new Uint8Array(0) },
    revision: 0,
  }
}

/** Notes which key a request is about, and which of its versions. */
export function noteKey({ trail }: Caller, { id }: Key, { number }: KeyVersion): void {
  if (trail === undefined) return
  trail.key = id
  trail.version = number
}

export function keyNotFound(): KmsError {
  return new KmsError('KEY_NOT_FOUND', 'there is no such key in this keystore')
}

export function keystoreNotFound(): KmsError {
  return new KmsError('KEYSTORE_NOT_FOUND', 'there is no such keystore')
}
