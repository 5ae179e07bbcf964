import { authorizeCreation } from '../authorization/authorize.ts'
import type { Caller } from '../authorization/caller.ts'
import { newKeystoreId } from '../encoding/identifier.ts'
import { isKeptVerbatim } from '../encoding/text.ts'
import { invalidRequest } from '../errors.ts'
import { makeKeystoreLock, type RequestedLock } from '../keys/keystore-lock.ts'
import { bindVault, type OfferedVault } from '../keys/keystore-vault.ts'
import type { Kms } from '../kms.ts'
import type { Keystore } from '../records/keystore.ts'
import type { Root } from '../zcap/chain.ts'
import { canInvoke, makeRootCapability } from '../zcap/trustbloc/root-capability.ts'

export interface CreateKeystoreCommand {
  /** Whoever the keystore will belong to; well-formed text of 1 to 2,048 characters, usually the URL of a DID's key. */
  readonly controller: string
  /** Default: shared with its user if the request brings a share, unless the server asks for one. */
  readonly lock?: RequestedLock
  /** The vault that the keystore's keys will live in; in the store if there is none. */
  readonly vault?: OfferedVault
}

/**
 * Makes a keystore with a lock and a root capability of its own. Until everything that it needs has been tried, nothing
 * is written.
 *
 * @throws KmsError INVALID_REQUEST, FORBIDDEN, OPERATION_UNSUPPORTED, and those of shares and vaults
 */
export async function createKeystore(kms: Kms, caller: Caller, command: CreateKeystoreCommand): Promise<Keystore> {
  const { controller, vault } = command
  checkController(controller)
  const id = newKeystoreId(kms.ports.random)
  const root = { url: kms.keystoreUrl(id), controller }
  authorizeCreation(caller, root)
  const keystore: Keystore = {
    id,
    ...root,
    ...(caller.kind === 'token' && { owner: caller.token.owner }),
    ...(await rootCapability(kms, root)),
    createdAt: kms.ports.clock.now(),
    state: 'active',
    lock: await makeKeystoreLock(kms, caller, id, chosenLock(kms, caller, command.lock)),
    ...(vault && { edv: await bindVault(kms, id, vault) }),
    revision: 1,
  }
  await kms.records.addKeystore(keystore)
  if (caller.trail !== undefined) caller.trail.keystore = id
  return keystore
}

function chosenLock({ userLock, ports }: Kms, { userShare }: Caller, requested?: RequestedLock): RequestedLock {
  const isShared = userLock === 'shamir'
  if (isShared && requested?.kind === 'server-held') {
    throw invalidRequest('lock: this server makes no lock but those that are shared with their user')
  }
  if (requested !== undefined) return requested
  const bringsShare = ports.shares !== undefined && userShare !== undefined
  return isShared || bringsShare ? { kind: 'shamir', field: 'gf256-11b' } : { kind: 'server-held' }
}

/** @throws KmsError INVALID_REQUEST */
export function checkController(controller: string): void {
  if (controller.length === 0) throw invalidRequest('controller: must not be empty')
  if (controller.length > 2048) throw invalidRequest('controller: too long')
  if (!isKeptVerbatim(controller)) throw invalidRequest('controller: not well-formed Unicode, or begins with a mark')
}

/** The root capability of a keystore as it is stored; none if nobody could invoke it. */
export async function rootCapability(kms: Kms, root: Root): Promise<Pick<Keystore, 'rootCapability'>> {
  if (!canInvoke(root.controller)) return {}
  const { clock, random } = kms.ports
  const capability = await makeRootCapability(root, kms.capabilitySigner, random, clock.now())
  return { rootCapability: Buffer.from(JSON.stringify(capability), 'utf8') }
}
