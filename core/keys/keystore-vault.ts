import { nistP256KeyType } from '../algorithms/key-agreement.ts'
import type { Soon } from '../at-once.ts'
import { invalidRequest, KmsError } from '../errors.ts'
import type { Kms } from '../kms.ts'
import { vaultKeyContext } from '../locks/lock-context.ts'
import type { Ports, Vault, VaultPort } from '../ports/index.ts'
import type { EdvBinding, Keystore } from '../records/keystore.ts'
import type { Records } from '../records/records.ts'
import { VaultedKeyStore } from '../records/vaulted-key-store.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'

/** A vault that its controller lets the server use. */
export interface OfferedVault {
  readonly url: string
  /** The delegated capability: JSON, UTF-8. */
  readonly capability: Uint8Array
}

const macKeyLength = 32

/** Lends the records of a keystore's keys: they live in the store, or in the vault of the keystore's user. */
export function withKeyRecords<T>(kms: Kms, { id, edv }: Keystore, use: (records: Records) => Soon<T>): Soon<T> {
  if (edv === undefined) return use(kms.records)
  const { vaultUrl, capability, lockedRecipientKey, lockedMacKey } = edv
  const material = Buffer.concat([lockedRecipientKey, lockedMacKey, Buffer.from(vaultUrl, 'utf8'), capability])
  return kms.openedVaults.lend(
    id,
    material,
    () => openVault(kms, id, edv),
    vault => use(kms.records.in(new VaultedKeyStore(kms.ports.store, vault, kms.documents))),
  )
}

/**
 * Makes the two keys that a keystore uses with its user's vault, and tries the vault: one that does not say of a
 * document that is not there that it is not there would fail later.
 *
 * @throws KmsError INVALID_REQUEST, VAULT_REFUSED, VAULT_UNAVAILABLE
 */
export async function bindVault(kms: Kms, keystoreId: string, { url, capability }: OfferedVault): Promise<EdvBinding> {
  const { lock } = kms.ports
  const { random, computation } = kms.toolsFor(keystoreId)
  vaultsOf(kms.ports)
  // What can be refused without a key is refused before one is made.
  await checkInvoker(kms, readCapability(capability))
  const { secret: recipientKey } = await nistP256KeyType.generate(random, undefined, computation)
  if (recipientKey === undefined) throw new Error('a key that was made has no secret')
  const macKey = new SecretBytes(random(macKeyLength))
  const [lockedRecipientKey, lockedMacKey] = await Promise.all([
    recipientKey.spend(bytes => lock.lock(bytes, vaultKeyContext('edv-recipient-key', keystoreId))),
    macKey.spend(bytes => lock.lock(bytes, vaultKeyContext('edv-mac-key', keystoreId))),
  ])
  const binding = { vaultUrl: url, capability, lockedRecipientKey, lockedMacKey }
  await tryVault(kms, keystoreId, binding)
  return binding
}

/** A binding with another capability for the same vault, which is tried. @throws KmsError as `bindVault` */
export async function rebindVault(
  kms: Kms,
  keystoreId: string,
  edv: EdvBinding,
  capability: Uint8Array,
): Promise<EdvBinding> {
  await checkInvoker(kms, readCapability(capability))
  const binding = { ...edv, capability }
  await tryVault(kms, keystoreId, binding)
  return binding
}

async function tryVault(kms: Kms, keystoreId: string, binding: EdvBinding): Promise<void> {
  const vault = await openVault(kms, keystoreId, binding)
  try {
    await vault.get('a document that is not there')
  } finally {
    await vault.close()
  }
}

async function openVault(kms: Kms, keystoreId: string, edv: EdvBinding): Promise<Vault> {
  const { lock } = kms.ports
  const vaults = vaultsOf(kms.ports)
  const capability = readCapability(edv.capability)
  const signer = await kms.vaultSigner()
  const recipientKey = await lock.unlock(edv.lockedRecipientKey, vaultKeyContext('edv-recipient-key', keystoreId))
  const macKey = await lock.unlock(edv.lockedMacKey, vaultKeyContext('edv-mac-key', keystoreId)).catch(error => {
    recipientKey.wipe()
    throw error
  })
  return vaults.open({ url: edv.vaultUrl, capability, signer, recipientKey, macKey })
}

function vaultsOf({ vaults }: Ports): VaultPort {
  if (vaults === undefined) throw new KmsError('OPERATION_UNSUPPORTED', 'this server keeps no keys in vaults')
  return vaults
}

function readCapability(json: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const capability: unknown = JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.length).toString('utf8'))
    if (typeof capability === 'object' && capability !== null && !Array.isArray(capability)) {
      return capability as Readonly<Record<string, unknown>>
    }
  } catch (cause) {
    throw invalidRequest('edv.capability: not the JSON of a capability', cause)
  }
  throw invalidRequest('edv.capability: not the JSON of a capability')
}

/** A capability that somebody else may invoke would be refused by the vault, which cannot say why. */
async function checkInvoker(kms: Kms, { invoker, controller }: Readonly<Record<string, unknown>>): Promise<void> {
  const { didUrl } = await kms.vaultSigner()
  const [did] = didUrl.split('#')
  const named = [invoker ?? controller].flat()
  if (named.some(name => name === didUrl || name === did)) return
  throw invalidRequest(
    'edv.capability: not for this server: delegate it to the DID that POST /v1/keystores/did answers',
  )
}
