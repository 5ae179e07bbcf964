import { call } from '../http-client.ts'

/** The key type with which an operation on a key has something to do; for the others any will do. */
const types: Readonly<Record<string, string>> = {
  encrypt: 'AES256GCM',
  decrypt: 'AES256GCM',
  computeMAC: 'HMACSHA256Tag256',
  verifyMAC: 'HMACSHA256Tag256',
  wrap: 'X25519ECDHKW',
  unwrap: 'X25519ECDHKW',
  signMulti: 'BLS12381G2-SHA-256',
  verifyMulti: 'BLS12381G2-SHA-256',
  deriveProof: 'BLS12381G2-SHA-256',
  verifyProof: 'BLS12381G2-SHA-256',
}

export interface SampleKeys {
  readonly keystoreId: string
  /** The id of a key for an operation. */
  readonly keyIdFor: (operationId: string) => string
}

/** Makes a keystore and a key of every type that is needed, in a service that asks for no proof. */
export async function makeSampleKeys(service: string): Promise<SampleKeys> {
  const keystore = await call('POST', `${service}/v1/keystores`, { controller: 'did:example:alice' })
  const ids = new Map<string, string>()
  for (const type of new Set(['ED25519', ...Object.values(types)])) {
    const key = await call('POST', `${keystore.key_store_url}/keys`, { key_type: type })
    ids.set(type, idOf(key.key_url))
  }
  return {
    keystoreId: idOf(keystore.key_store_url),
    keyIdFor: operationId => ids.get(types[operationId.replace(/Batch$/, '')] ?? 'ED25519') ?? '',
  }
}

function idOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1)
}
