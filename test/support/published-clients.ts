import { Ed25519Signature2020 } from '@digitalbazaar/ed25519-signature-2020'
import { ZcapClient } from '@digitalbazaar/ezcap'
import { signCapabilityInvocation } from '@digitalbazaar/http-signature-zcap-invoke'
import { systemClock, verifyCcgChain } from '@keyhold/adapters'
import { buildServer } from '@keyhold/app'
import type { Authenticators } from '@keyhold/app/http/authentication/authenticator.js'
import { zcapAuthenticators } from '@keyhold/app/http/authentication/zcap.js'
import { ccgRootId, resolveSelfContainedDid as resolveDid } from '@keyhold/core'
import type { Test } from 'tap'
import type { CcgKey } from './ccg-delegation.ts'
import { testPorts } from './test-ports.ts'

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: whoever asked knows the shape of the answer
  readonly body: any
}

/** The root of a keystore, or a delegated capability. */
export type Invoked = { readonly keystoreUrl: string } | Readonly<Record<string, unknown>>

/** Sends a request that invokes a capability for an action, with a JSON body or none. */
export type Send = (method: string, url: string, invoked: Invoked, action: string, json?: object) => Promise<Answer>

const policy = { maximumTtl: 86_400, clockSkew: 30 }

/**
 * The service over ports in memory, on a free loopback port: these clients have the time of day from the system, and
 * name in what they sign where they send it. Creating a keystore takes what `admission` takes; by default a signature of
 * its controller. @returns its URL, without a slash at the end
 */
export async function signedService(t: Test, admission?: Authenticators['admission']): Promise<string> {
  const ports = { ...testPorts(t.name), clock: systemClock }
  const server = await buildServer({
    ports,
    capabilities: { policy, resolveDid, verifyCcgChain },
    authenticators: baseUrl => {
      const authority = () => new URL(baseUrl()).host
      const { clockSkew } = policy
      const zcap = zcapAuthenticators({ clock: systemClock, resolveDid, coverage: 'strict', clockSkew, authority })
      return { ...zcap, admission: admission ?? zcap.signer }
    },
  })
  t.teardown(() => server.close())
  return server.listen({ host: '127.0.0.1', port: 0 })
}

/** What `signCapabilityInvocation` signs, sent as it is. */
export function signedBy(key: CcgKey): Send {
  return async (method, url, invoked, action, json) => {
    const headers = await signCapabilityInvocation({
      url,
      method,
      headers: {},
      capability: isRoot(invoked) ? ccgRootId({ url: invoked.keystoreUrl }) : invoked,
      capabilityAction: action,
      invocationSigner: key.signer,
      ...(json && { json }),
    })
    return send(method, url, headers, json && JSON.stringify(json))
  }
}

export function ezcapOf({ signer }: CcgKey): ZcapClient {
  return new ZcapClient({ SuiteClass: Ed25519Signature2020, invocationSigner: signer, delegationSigner: signer })
}

/** What `ZcapClient` sends by itself. */
export function sentByEzcap(key: CcgKey): Send {
  const client = ezcapOf(key)
  return async (method, url, invoked, action, json) => {
    const capability = isRoot(invoked) ? rootOf(invoked) : invoked
    try {
      const { status, data } = await client.request({ url, method, capability, action, ...(json && { json }) })
      return { status, body: data }
    } catch (error) {
      const { status, data } = error as { readonly status?: number; readonly data?: unknown }
      if (status === undefined) throw error
      return { status, body: data }
    }
  }
}

export async function send(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: string | Uint8Array<ArrayBuffer>,
): Promise<Answer> {
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

/** The client takes the id of a root only for `https`, but the whole of it for any URL; it sends the id. */
function rootOf({ keystoreUrl }: { readonly keystoreUrl: string }): object {
  return { '@context': 'https://w3id.org/zcap/v1', id: ccgRootId({ url: keystoreUrl }), invocationTarget: keystoreUrl }
}

function isRoot(invoked: Invoked): invoked is { readonly keystoreUrl: string } {
  return typeof invoked['keystoreUrl'] === 'string'
}
