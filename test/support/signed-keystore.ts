import { signTrustbloc } from '@keyhold/client'
import { didKeySigner, SecretBytes } from '@keyhold/core'
import type { Test } from 'tap'
import { ccgKey } from './ccg-delegation.ts'
import { type Answer, send, signedBy } from './published-clients.ts'

/** The controller, and the same key as Aries clients hold it. */
export const owner = await ccgKey(1)
export const ownerSigner = await didKeySigner(new SecretBytes(new Uint8Array(32).fill(1)))

/** A keystore of the owner's, created by a request that is signed as Aries clients do. */
export async function ariesKeystore(t: Test, service: string): Promise<string> {
  const url = `${service}/v1/keystores`
  const body = Buffer.from(JSON.stringify({ controller: owner.did }))
  const headers = await signTrustbloc({ method: 'POST', url, body }, undefined, ownerSigner, Date.now())
  return expectOk(t, await send('POST', url, headers, body.toString())).key_store_url
}

export async function keyIn(t: Test, keystoreUrl: string): Promise<string> {
  const body = { key_type: 'ED25519' }
  const created = await signedBy(owner)('POST', `${keystoreUrl}/keys`, { keystoreUrl }, 'createKey', body)
  return expectOk(t, created).key_url
}

export function expectOk(t: Test, { status, body }: Answer, name = 'accepted'): Answer['body'] {
  t.match({ status, body }, { status: 200 }, name)
  return body
}

export function expectForbidden(t: Test, answer: Answer, name: string): void {
  t.match(answer, { status: 403, body: { code: 'FORBIDDEN' } }, name)
}
