import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Vault } from '@keyhold/core'
import type { Test } from 'tap'
import { openVault } from './edv-server.ts'
import { newSigner } from './edv-wallet.ts'

/** By the first context of a capability: all that is looked at before a request goes out. */
export const capabilities = {
  trustbloc: { '@context': 'https://w3id.org/security/v2' },
  spec: { '@context': ['https://w3id.org/zcap/v1', 'https://w3id.org/security/suites/ed25519-2020/v1'] },
} as const

export type Kind = keyof typeof capabilities

export const kinds: readonly Kind[] = ['trustbloc', 'spec']

const signer = await newSigner()

/** A vault at a server that does what the listener does. `requests` are the methods of what has arrived. */
export async function faultyVault(
  t: Test,
  kind: Kind,
  listener: RequestListener,
  timeout?: number,
): Promise<{ readonly vault: Vault; readonly requests: readonly string[] }> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.method ?? '')
    // Whoever answers before everything was read would close the connection in the middle of it.
    request.resume().once('close', () => undefined)
    listener(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/edvs/one`
  const vault = await openVault(t, { url, capability: capabilities[kind], signer }, timeout)
  return { vault, requests }
}
