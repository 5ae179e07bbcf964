import { createHash } from 'node:crypto'
import { actors } from './actors.ts'
import { rootIdOf } from './chain.ts'
import { writeInvocation } from './invocation-text.ts'
import { authority } from './places.ts'
import type { DigestPlan, Moved, Plan } from './plan.ts'
import type { Scene } from './scene.ts'
import { type Parameters, writeBytes, writeKeyId, writeSignature } from './signature-text.ts'

/** A request, as it goes over the wire. */
export interface Wire {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body?: Buffer
}

/** The parts of a request that a signature can cover. */
interface Parts {
  readonly method: string
  readonly target: string
  /** By their lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly created: string | undefined
  readonly expires: string | undefined
  readonly keyId: string
}

/**
 * Makes the request that a plan describes. Nothing of the product's own code for signing has a part in it.
 *
 * @param signature the bytes of the signature, instead of those that the signer makes
 */
export function makeRequest(plan: Plan, scene: Scene, signature?: Buffer): { wire: Wire; signature: Buffer } {
  const sent = partsOf(plan, scene)
  const signed = plan.signedFor.reduce((parts, moved) => move(parts, moved, plan, scene), sent)
  const text = plan.signature.covered.map(name => `${name}: ${partValue(signed, name)}`).join('\n')
  const bytes = signature ?? actors[plan.signature.by].sign(Buffer.from(text, 'latin1'))
  const written = writeSignature(plan.dialect, plan.signature.form, {
    ...(sent satisfies Omit<Parameters, 'signature' | 'algorithm' | 'covered'>),
    algorithm: plan.signature.algorithm,
    covered: plan.signature.covered,
    signature: writeBytes(plan.signature.flaw, bytes),
  })
  const headers: Record<string, string | string[]> = { ...sent.headers, ...(written && { [written[0]]: written[1] }) }
  if (plan.authorization !== undefined) {
    headers['authorization'] = plan.authorization.map(value => value.replace('TOKEN', scene.token))
  }
  for (const { header, value } of plan.twice) {
    const first = [headers[header] ?? ''].flat()[0] ?? ''
    headers[header] = [first, { same: first, other: `${first}x`, empty: '' }[value]]
  }
  const body = plan.body === 'honest' ? scene.body : undefined
  const { method, target } = sent
  return { wire: { method, target, headers, ...(body && { body }) }, signature: bytes }
}

function partsOf(plan: Plan, scene: Scene): Parts {
  const { route, body, signature } = plan
  const hasBody = body === 'honest' && scene.body !== undefined
  const digest = writeDigest(plan.digest, scene.body ?? Buffer.alloc(0))
  const invocation = writeInvocation(plan.dialect, plan.invocation, scene.invoked)
  const time = (seconds: number | undefined) =>
    seconds === undefined ? undefined : String(Math.floor(scene.signedAt / 1000) + seconds)
  return {
    method: route.method,
    target: pathOf(plan, scene) + plan.query,
    headers: {
      host: plan.host,
      ...(hasBody && { 'content-type': 'application/json' }),
      ...(digest !== undefined && { digest }),
      ...(invocation !== undefined && { 'capability-invocation': invocation }),
      ...plan.besides,
    },
    created: time(signature.created),
    expires: time(signature.expires),
    keyId: writeKeyId(signature.keyId),
  }
}

function pathOf({ route, key, pathNamesCapability }: Plan, { keystore, chain }: Scene): string {
  const capabilityId = pathNamesCapability ? String(chain.at(-1)?.['id'] ?? keystore) : 'urn:uuid:another'
  return route.path
    .replace(':keystoreId', keystore.slice(keystore.lastIndexOf('/') + 1))
    .replace(':keyId', key.written)
    .replace(':sessionId', 'none')
    .replace(':capabilityId', encodeURIComponent(capabilityId))
}

/** The parts for which the signature was made, if not for those that are sent. */
function move(parts: Parts, moved: Moved, plan: Plan, scene: Scene): Parts {
  const target = (change: (target: string) => string): Parts => ({ ...parts, target: change(parts.target) })
  const header = (name: string, value: string): Parts => ({ ...parts, headers: { ...parts.headers, [name]: value } })
  const invocation = (changed: Partial<Plan['invocation']>, invoked = scene.invoked): Parts =>
    header('capability-invocation', writeInvocation(plan.dialect, { ...plan.invocation, ...changed }, invoked) ?? '')
  const later = (time: string | undefined) => (time === undefined ? undefined : String(Number(time) + 1))
  switch (moved) {
    case 'another method':
      return { ...parts, method: parts.method === 'POST' ? 'PUT' : 'POST' }
    case 'another path':
      return target(path => `${path.replace(/\?.*/, '')}/other`)
    case 'another keystore':
      return target(path => path.replace(/keystores\/[^/?]+/, scene.sibling.slice(scene.sibling.indexOf('keystores'))))
    case 'another key':
      return target(path => path.replace(/keys\/[^/?]+/, 'keys/2'))
    case 'no query':
      return target(path => path.replace(/\?.*/, ''))
    case 'another query':
      return target(path => `${path.replace(/\?.*/, '')}?another=query`)
    case 'another digest':
      return header('digest', writeDigest({ header: 'SHA-256', of: 'other body' }, scene.body ?? Buffer.alloc(0)) ?? '')
    case 'another action':
      return invocation({ action: 'easy' })
    case 'another capability': {
      const rootId = rootIdOf(plan.dialect, scene.sibling)
      return invocation({}, { rootId, json: { id: scene.sibling } })
    }
    case 'another host':
      return header('host', `other.${authority}`)
    case 'another content type':
      return header('content-type', 'text/plain')
    case 'another time':
      return { ...parts, created: later(parts.created) }
    case 'another expiry':
      return { ...parts, expires: later(parts.expires) }
    case 'another form of the keyId':
      return { ...parts, keyId: actors[plan.signature.by].did }
  }
}

function partValue(parts: Parts, name: string): string {
  const pseudo: Readonly<Record<string, string | undefined>> = {
    '(request-target)': `${parts.method.toLowerCase()} ${parts.target}`,
    '(created)': parts.created ?? '',
    '(expires)': parts.expires ?? '',
    '(key-id)': parts.keyId,
  }
  return pseudo[name] ?? parts.headers[name] ?? ''
}

function writeDigest({ header, of }: DigestPlan, honest: Buffer): string | undefined {
  const body = { body: honest, 'other body': Buffer.concat([honest, Buffer.from(' ')]), 'no bytes': Buffer.alloc(0) }[
    of
  ]
  const hash = (name: string) => createHash(name).update(body).digest()
  const sha256 = hash('sha256')
  const base64 = sha256.toString('base64')
  const values: Record<DigestPlan['header'], string | undefined> = {
    'SHA-256': `SHA-256=${base64}`,
    'SHA-512': `SHA-512=${hash('sha512').toString('base64')}`,
    mh: `mh=u${Buffer.concat([Uint8Array.of(0x12, 0x20), sha256]).toString('base64url')}`,
    'sha-256': `sha-256=${base64}`,
    MD5: `MD5=${hash('md5').toString('base64')}`,
    SHA: `SHA=${hash('sha1').toString('base64')}`,
    'SHA-384': `SHA-384=${hash('sha384').toString('base64')}`,
    unixsum: 'unixsum=30637',
    'SHA-256 as base64url': `SHA-256=${sha256.toString('base64url')}`,
    'SHA-256 truncated': `SHA-256=${sha256.toString('base64', 0, 16)}`,
    'SHA-256 and SHA-512': `SHA-256=${base64},SHA-512=${hash('sha512').toString('base64')}`,
    'mh of SHA-512': `mh=u${Buffer.concat([Uint8Array.of(0x13, 0x40), hash('sha512')]).toString('base64url')}`,
    'mh as base58': 'mh=zQmcLWbqRMhBpVXrqdFZp9ppeHvVbYVvfQpAZ7ZtAUGPZ7d',
    'no name': base64,
    empty: '',
    absent: undefined,
  }
  return values[header]
}

/** The other signature by the same ECDSA key that is valid for the same text: r and n − s (SEC 1 section 4.1.4). */
export function otherP256Signature(signature: Buffer): Buffer {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const s = order - BigInt(`0x${signature.toString('hex', 32)}`)
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')])
}
