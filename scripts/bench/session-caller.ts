import { createHmac, timingSafeEqual } from 'node:crypto'
import { signOverSession, type UnsignedRequest, zcap } from '@keyhold/client'
import { openSession } from '@keyhold/client/session-opening.js'
import { Transport } from '@keyhold/client/transport.js'
import type { DidSigner } from '@keyhold/core'

/** Whose requests are authenticated by MACs: a session that exists for one run. */
export interface SessionCaller {
  readonly session: string
  /** base64 */
  readonly macKey: string
}

/** Opens a session at a service. @param keystoreUrl where it listens */
export async function openSessionCaller(
  keystoreUrl: string,
  capability: Readonly<Record<string, unknown>>,
  signer: DidSigner,
): Promise<SessionCaller> {
  const transport = new Transport({ authorization: zcap(signer) })
  const { id, key } = await openSession(transport, { url: keystoreUrl, capability })
  return { session: id, macKey: Buffer.from(key).toString('base64') }
}

/** One that nobody has opened, for a floor that only looks at its length. */
export const looseSession: SessionCaller = { session: 'A'.repeat(24), macKey: Buffer.alloc(32, 1).toString('base64') }

export async function sessionHeaders({ session, macKey }: SessionCaller, request: UnsignedRequest) {
  const key = Buffer.from(macKey, 'base64')
  const mac = (text: Uint8Array) => createHmac('sha256', key).update(text).digest()
  return signOverSession(request, { id: session, mac }, Date.now())
}

/** The check of one constant MAC, over as much as one of a request of this caller covers. */
export async function oneMac(caller: SessionCaller, url: string): Promise<() => boolean> {
  let text: Uint8Array = new Uint8Array()
  const key = Buffer.from(caller.macKey, 'base64')
  const compute = (covered: Uint8Array) => createHmac('sha256', key).update(covered).digest()
  const noting = (covered: Uint8Array) => {
    text = covered
    return compute(covered)
  }
  const request = { method: 'POST', url, body: new Uint8Array() }
  await signOverSession(request, { id: caller.session, mac: noting }, Date.now())
  const mac = compute(text)
  return () => timingSafeEqual(compute(text), mac)
}
