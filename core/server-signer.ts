import { fromSeed } from './algorithms/ed25519.ts'
import { KmsError } from './errors.ts'
import { serverKeyContext } from './locks/lock-context.ts'
import type { Ports } from './ports/index.ts'
import type { Records } from './records/records.ts'
import type { ServerKey } from './records/server-key.ts'
import { type DidSigner, didKeySigner } from './zcap/did-signer.ts'

/** Opens a signing key of the server, making it if it is not there: of several processes that do, one wins. */
export async function openServerSigner(ports: Ports, records: Records, name: string): Promise<DidSigner> {
  const key = (await records.findServerKey(name)) ?? (await addServerKey(ports, records, name))
  const seed = await ports.lock.unlock(key.locked, serverKeyContext(name))
  return didKeySigner(seed, ports.ed25519)
}

async function addServerKey(ports: Ports, records: Records, name: string): Promise<ServerKey> {
  const { publicKey, secret } = fromSeed(ports.random(32), ports.ed25519)
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
