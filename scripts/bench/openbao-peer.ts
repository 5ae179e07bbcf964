import { randomBytes } from 'node:crypto'
import { base64 } from '../http-client.ts'
import { postRequest } from './load.ts'
import type { Peer, PeerWork } from './peer.ts'

/** Keys of its transit engine, by their types: whoever prepares it makes them, so that the token need not be allowed to. */
export const openbaoKeys = {
  ed25519: 'bench-ed25519',
  'ecdsa-p256': 'bench-ecdsa-p256',
  'aes256-gcm96': 'bench-aes256-gcm96',
} as const

/** What its token must be allowed to do. */
export const openbaoPolicy = [
  `sign/${openbaoKeys.ed25519}`,
  `sign/${openbaoKeys['ecdsa-p256']}/sha2-256`,
  `encrypt/${openbaoKeys['aes256-gcm96']}`,
  `hmac/${openbaoKeys['aes256-gcm96']}/sha2-256`,
]
  .map(path => `path "transit/${path}" { capabilities = ["update"] }`)
  .join('\n')

const text = (length: number) => base64(randomBytes(length))

/** Its transit engine, with as much data as ours. */
export async function openbaoWork({ token }: Peer, count: number): Promise<readonly PeerWork[]> {
  if (token === undefined) throw new Error('OpenBao asks for a token')
  const headers = `x-vault-token: ${token}\r\n`
  const work = (operation: string, keyType: string, path: string, body: () => object): PeerWork => {
    const requests = Array.from({ length: count }, () => postRequest(`/v1/transit/${path}`, body(), headers))
    return { operation, keyType, requests, proofs: ['none', 'root', 'session'], target: 1.5 }
  }
  const input = () => ({ input: text(256) })
  const plaintext = () => ({ plaintext: text(1024), associated_data: text(32) })
  return [
    work('sign', 'ED25519', `sign/${openbaoKeys.ed25519}`, input),
    work('sign', 'ECDSAP256DER', `sign/${openbaoKeys['ecdsa-p256']}/sha2-256`, input),
    work('encrypt', 'AES256GCM', `encrypt/${openbaoKeys['aes256-gcm96']}`, plaintext),
    work('computemac', 'HMACSHA256Tag256', `hmac/${openbaoKeys['aes256-gcm96']}/sha2-256`, input),
  ]
}
