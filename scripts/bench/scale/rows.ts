import { randomBytes } from 'node:crypto'
import { signTrustbloc } from '@keyhold/client'
import { type DidSigner, didKeySigner, SecretBytes } from '@keyhold/core'
import { delegateTrustbloc } from '@keyhold/core/wire'
import { base64 } from '../../http-client.ts'
import { headerLines } from '../caller.ts'
import { postRequest } from '../load.ts'
import { baseUrl } from './big-store.ts'
import type { SampledKey, Side } from './side.ts'

/** What is asked of both stores, and compared. */
export interface Measured {
  readonly name: string
  readonly auth: 'none' | 'zcap'
  /** Which keys are asked for: some anywhere again and again, those of a few keystores, or each of many once. */
  readonly keys: 'anywhere' | 'together' | 'cold'
  /** Of the requests of a slice so many are sent, where each takes long. Default: all. */
  readonly part?: number
  /** Makes what asks for a key, as it goes over the wire. */
  readonly requests: (side: Side) => Promise<(key: SampledKey) => Buffer | Promise<Buffer>>
}

export const measured: readonly Measured[] = [
  { name: 'sign: warm keys anywhere', auth: 'none', keys: 'anywhere', requests: async () => sign },
  { name: 'sign: warm keys of the same keystores', auth: 'none', keys: 'together', requests: async () => sign },
  { name: 'sign: the same, by a delegated capability', auth: 'zcap', keys: 'together', requests: signDelegated },
  { name: 'describe a keystore', auth: 'none', keys: 'together', requests: async () => get('') },
  { name: 'list revocations', auth: 'none', keys: 'together', requests: async () => get('/zcaps/revocations') },
  { name: 'list public keys', auth: 'none', keys: 'together', part: 0.1, requests: async () => get('/jwks') },
  { name: 'sign: each key for the first time', auth: 'none', keys: 'cold', requests: async () => sign },
]

function sign({ path }: SampledKey): Buffer {
  return postRequest(`${path}/sign`, { message: base64(randomBytes(256)) })
}

function get(below: string) {
  return ({ keystore }: SampledKey) => Buffer.from(`GET ${keystore}${below} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
}

/** For each such request the store is asked whether the capability is revoked. */
async function signDelegated({ kms, controller }: Side): Promise<(key: SampledKey) => Promise<Buffer>> {
  const delegate = await didKeySigner(new SecretBytes(randomBytes(32)))
  const capabilities = new Map<string, object>()
  const capabilityOf = async (keystore: string) => {
    const known = capabilities.get(keystore)
    if (known !== undefined) return known
    const found = await kms.records.findKeystore(keystore.slice(keystore.lastIndexOf('/') + 1))
    const root = JSON.parse(Buffer.from(found?.rootCapability ?? '').toString('utf8'))
    const capability = await delegateTrustbloc(root, toSign(delegate), controller, kms.ports.random)
    capabilities.set(keystore, capability)
    return capability
  }
  return async ({ keystore, path }) => {
    const body = { message: base64(randomBytes(256)) }
    const request = { method: 'POST', url: `${baseUrl}${path}/sign`, body: Buffer.from(JSON.stringify(body)) }
    const invoked = { action: 'sign', capability: await capabilityOf(keystore) }
    const headers = await signTrustbloc(request, invoked, delegate, Date.now())
    return postRequest(`${path}/sign`, body, headerLines(headers))
  }
}

function toSign({ didUrl }: DidSigner) {
  const now = Date.now()
  return { to: didUrl, actions: ['sign'], expires: now + 3_600_000, now }
}
