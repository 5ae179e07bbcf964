import { createECDH, createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto'

/** Everybody who signs in the matrix, by the part that they play. */
export const actorNames = [
  'owner',
  'heir',
  'delegate',
  'second delegate',
  'stranger',
  'owner of a P-256 did:key',
  'owner of an Ed25519 did:jwk',
  'owner of a P-256 did:jwk',
] as const

export type ActorName = (typeof actorNames)[number]

export interface Actor {
  readonly did: string
  /** The DID URL of the actor's one key. */
  readonly url: string
  readonly kind: 'Ed25519' | 'P-256'
  sign(text: Uint8Array): Buffer
}

export const actors: Readonly<Record<ActorName, Actor>> = {
  owner: didKey('owner', 'Ed25519'),
  heir: didKey('heir', 'Ed25519'),
  delegate: didKey('delegate', 'Ed25519'),
  'second delegate': didKey('second delegate', 'Ed25519'),
  stranger: didKey('stranger', 'Ed25519'),
  'owner of a P-256 did:key': didKey('P-256 did:key', 'P-256'),
  'owner of an Ed25519 did:jwk': didJwk('Ed25519 did:jwk', 'Ed25519'),
  'owner of a P-256 did:jwk': didJwk('P-256 did:jwk', 'P-256'),
}

/** `z` and base58 (Bitcoin's alphabet). */
export function multibase58(bytes: Uint8Array): string {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)
  let text = ''
  for (; number > 0n; number /= 58n) text = alphabet.charAt(Number(number % 58n)) + text
  const zeros = bytes.findIndex(byte => byte !== 0)
  return `z${'1'.repeat(zeros < 0 ? bytes.length : zeros)}${text}`
}

/** The DID URL of a `did:key` with any multicodec prefix. */
export function didKeyUrl(prefix: readonly number[], publicKey: Uint8Array): string {
  const multibase = multibase58(Buffer.concat([Uint8Array.from(prefix), publicKey]))
  return `did:key:${multibase}#${multibase}`
}

function didKey(seed: string, kind: Actor['kind']): Actor {
  const { key, publicKey } = makeKey(seed, kind)
  const url =
    kind === 'Ed25519'
      ? didKeyUrl([0xed, 0x01], publicKey)
      : didKeyUrl(
          [0x80, 0x24],
          Buffer.concat([Uint8Array.of(2 + ((publicKey.at(-1) ?? 0) % 2)), publicKey.subarray(1, 33)]),
        )
  return { did: url.slice(0, url.indexOf('#')), url, kind, sign: text => signWith(key, kind, text) }
}

function didJwk(seed: string, kind: Actor['kind']): Actor {
  const { key } = makeKey(seed, kind)
  const { d: _secret, ...jwk } = key.export({ format: 'jwk' })
  const did = `did:jwk:${Buffer.from(JSON.stringify(jwk)).toString('base64url')}`
  return { did, url: `${did}#0`, kind, sign: text => signWith(key, kind, text) }
}

function makeKey(seed: string, kind: Actor['kind']): { key: KeyObject; publicKey: Buffer } {
  const secret = createHash('sha256').update(`keyhold/authorization-matrix ${seed}`).digest()
  if (kind === 'Ed25519') {
    // RFC 8410 section 7: the PKCS#8 of an Ed25519 seed.
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secret])
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    return { key, publicKey: Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url') }
  }
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(secret)
  const publicKey = ecdh.getPublicKey()
  const coordinates = { x: publicKey.toString('base64url', 1, 33), y: publicKey.toString('base64url', 33) }
  const jwk = { kty: 'EC', crv: 'P-256', d: secret.toString('base64url'), ...coordinates }
  return { key: createPrivateKey({ key: jwk, format: 'jwk' }), publicKey }
}

function signWith(key: KeyObject, kind: Actor['kind'], text: Uint8Array): Buffer {
  if (kind === 'Ed25519') return sign(null, text, key)
  return sign('sha256', text, { key, dsaEncoding: 'ieee-p1363' })
}
