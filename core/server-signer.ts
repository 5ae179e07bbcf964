import { fromSeed } from './algorithms/ed25519.ts'
import type { KeyMaterial } from './algorithms/key-type.ts'
import { KmsError } from './errors.ts'
import { serverKeyContext } from './locks/lock-context.ts'
import type { Ports, Random } from './ports/index.ts'
import type { Records } from './records/records.ts'
import type { ServerKey } from './records/server-key.ts'
import type { SecretBytes } from './secrets/secret-bytes.ts'
import { type DidSigner, didKeySigner } from './zcap/did-signer.ts'

/** Opens a signing key of the server, making it if it is not there. */
export async function openServerSigner(ports: Ports, records: Records, name: string): Promise<DidSigner> {
  const { ed25519 } = ports
  const seed = await openServerKey(ports, records, name, random => fromSeed(random(32), ed25519))
  return didKeySigner(seed, ed25519)
}

/** Opens a key of the server, making it if it is not there: of several processes that do, one wins. */
export async function openServerKey(
  ports: Ports,
  records: Records,
  name: string,
  make: (random: Random) => NewServerKey,
): Promise<SecretBytes> {
  const key = (await records.findServerKey(name)) ?? (await addServerKey(ports, records, name, make(ports.random)))
  return ports.lock.unlock(key.locked, serverKeyContext(name))
}

/** A key that has no public part has an empty one. */
type NewServerKey = Required<KeyMaterial>

async function addServerKey(
  ports: Ports,
  records: Records,
  name: string,
  { publicKey, secret }: NewServerKey,
): Promise<ServerKey> {
  const locked = await secret.spend(bytes => ports.lock.lock(bytes, serverKeyContext(name)))
  const key = { name, publicKey, locked, createdAt: ports.clock.now(), revision: 1 }
  try {
    await records.addServerKey(key)
    return key
  } catch (error) {
    const others = isTaken(error) ? await records.findServerKey(name) : undefined
    if (others === undefined) throw error
    return others
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof KmsError && error.code === 'ALREADY_EXISTS'
}
