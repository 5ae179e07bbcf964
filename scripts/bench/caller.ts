import { signTrustbloc } from '@keyhold/client'
import { type DidSigner, delegateTrustbloc, didKeySigner, type Random, SecretBytes } from '@keyhold/core'
import { makeRootCapability } from '@keyhold/core/zcap/trustbloc/root-capability.js'
import { type GnapCaller, gnapHeaders } from './gnap-caller.ts'
import { type SessionCaller, sessionHeaders } from './session-caller.ts'

/**
 * How the requests of an operation prove what they may do: not at all, by a root or delegated capability, over a session of a
 * root capability, by a token.
 */
export type Proof = 'none' | 'root' | 'delegated' | 'session' | 'gnap'

/** How a service is told to have requests proven: what a process is started for. */
export type Authentication = 'none' | 'zcap' | 'gnap'

export function authenticationOf(proof: Proof): Authentication {
  return proof === 'none' || proof === 'gnap' ? proof : 'zcap'
}

/** Who signs the requests of a variant: a key that exists for one run, and what it invokes. */
export interface Caller {
  /** Of an Ed25519 key, base64. */
  readonly seed: string
  readonly capability: object
}

/** Whoever makes the requests of a variant. */
export type AnyCaller = Caller | SessionCaller | GnapCaller

/** A root capability, and whatever of it a proof invokes: by its own controller, or delegated to another key. */
export async function callerOf(
  proof: Proof,
  controllerSeed: Uint8Array,
  root: Parameters<typeof delegateTrustbloc>[0],
  random: Random,
  actions: readonly string[],
): Promise<Caller> {
  if (proof !== 'delegated') return { seed: textOf(controllerSeed), capability: root }
  const seed = random(32)
  const [controller, delegate] = await Promise.all([signerOf(textOf(controllerSeed)), signerOf(textOf(seed))])
  const now = Date.now()
  const options = { to: delegate.didUrl, actions, expires: now + 3_600_000, now }
  return { seed: textOf(seed), capability: await delegateTrustbloc(root, options, controller, random) }
}

/** A root capability that no server has made, for a floor that only looks at its length. */
export async function looseRoot(url: string, seed: Uint8Array, random: Random) {
  const controller = await signerOf(textOf(seed))
  return makeRootCapability({ url, controller: controller.didUrl }, controller, random, Date.now())
}

/** The headers that a caller signs a request with, as they go over the wire. */
export async function signedHeaders(caller: AnyCaller, action: string, path: string, body: unknown): Promise<string> {
  const request = { method: 'POST', url: `http://localhost${path}`, body: Buffer.from(JSON.stringify(body)) }
  if ('token' in caller) return headerLines(gnapHeaders(caller, request.url, request.body))
  if ('session' in caller) return headerLines(await sessionHeaders(caller, request))
  const { capability } = caller
  const headers = await signTrustbloc(request, { action, capability }, await signerOf(caller.seed), Date.now())
  return headerLines(headers)
}

/** How many bytes the signature of a request covers. */
export async function coveredLength({ capability }: Caller, action: string, path: string): Promise<number> {
  const { didUrl, signer } = await signerOf(textOf(new Uint8Array(32)))
  let length = 0
  const counting: DidSigner = {
    didUrl,
    signer: {
      ...signer,
      sign(text) {
        length = text.length
        return signer.sign(text)
      },
    },
  }
  const request = { method: 'POST', url: `http://localhost${path}`, body: new Uint8Array() }
  await signTrustbloc(request, { action, capability }, counting, Date.now())
  return length
}

/** Headers as they go over the wire. */
export function headerLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
}

function signerOf(seed: string): Promise<DidSigner> {
  return didKeySigner(new SecretBytes(Uint8Array.from(Buffer.from(seed, 'base64'))))
}

function textOf(seed: Uint8Array): string {
  return Buffer.from(seed).toString('base64')
}
