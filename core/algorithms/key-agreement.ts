import { decodeBase64, encodeBase64 } from '../encoding/base64.ts'
import type { ComputationPort } from '../ports/index.ts'
import { type AgreementCurve, type Coordinates, noAgreement, type OpenedKey } from './agreement-curve.ts'
import type { KeyType, SynchronousPublicPart, Tools } from './key-type.ts'
import { nistAgreementCurve } from './nist-agreement.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'
import { x448 } from './x448.ts'
import { x25519 } from './x25519.ts'

const p256Agreement = nistAgreementCurve('P-256')
const p384Agreement = nistAgreementCurve('P-384')
const p521Agreement = nistAgreementCurve('P-521')

/** Every name under which existing clients know a curve: of JWE, of exports, of Go's library, of Tink. */
const curves: ReadonlyMap<string, AgreementCurve> = new Map([
  ['X25519', x25519],
  ['X448', x448],
  ...([p256Agreement, p384Agreement, p521Agreement] as const).flatMap(curve => {
    const bits = curve.name.slice(2)
    const names = [curve.name, curve.exportName, `secp${bits}r1`, `EllipticCurveType_${curve.exportName}`]
    return names.map(name => [name, curve] as const)
  }),
])

/** A public key as it is sent: `type` is a JWK's `kty`. */
export interface SentPublicKey extends Coordinates {
  readonly type: string
  readonly curve: string
}

export interface SentPrivateKey extends SentPublicKey {
  readonly d: Uint8Array
}

/** A public key of which it is known how to agree with it. */
export interface AgreementPublicKey {
  readonly curve: AgreementCurve
  readonly publicKey: Uint8Array
}

/** Leading zeros of numbers may be there or not. @throws KmsError INVALID_REQUEST */
export function readPublicKey({ type, curve: name, ...coordinates }: SentPublicKey): AgreementPublicKey {
  const curve = curves.get(name)
  if (curve === undefined || curve.kty !== type) throw noAgreement()
  const publicKey = curve.publicKeyOf(coordinates)
  if (publicKey === undefined) throw noAgreement()
  return { curve, publicKey }
}

/** Opens a private key of a curve, if its public key belongs to it. @throws KmsError INVALID_REQUEST, those of the port */
export async function openPrivateKey(
  { d, ...sent }: SentPrivateKey,
  curve: AgreementCurve,
  computation: ComputationPort,
): Promise<OpenedKey> {
  const { publicKey } = readPublicKey(sent)
  const key = await curve.openNew(d, computation)
  if (key !== undefined && Buffer.compare(key.publicKey, publicKey) === 0) return key
  key?.agreement.close?.()
  throw noAgreement()
}

/** Opens a fresh key. @throws KmsError those of the port */
export async function openFreshKey(curve: AgreementCurve, { random, computation }: Tools): Promise<OpenedKey> {
  const secret = curve.newSecret(random)
  try {
    const key = await curve.openNew(secret, computation)
    if (key === undefined) throw new Error('a key that was made is none')
    return key
  } finally {
    secret.fill(0)
  }
}

/** A public key as a JWE names it. */
export function sentPublicKey({ curve, publicKey }: AgreementPublicKey): SentPublicKey {
  return { ...curve.coordinatesOf(publicKey), curve: curve.name, type: curve.kty }
}

export interface AgreementKeyType extends KeyType {
  readonly publicPart: SynchronousPublicPart
}

/**
 * Keys that agree on secrets under which other keys are wrapped. The public form on the wire is the JSON of existing
 * clients: `kid`, `x`, `y`, `curve` and `type`, the coordinates in base64.
 */
export function keyAgreementKeyType(curve: AgreementCurve): AgreementKeyType {
  return {
    family: 'key-agreement',
    generate: (random, _attributes, computation) => curve.generate(random, computation),
    importSecret: (encoded, _random, computation) => curve.importSecret(encoded, computation),
    importJwk: (jwk, _random, computation) => curve.importJwk(jwk, computation),
    publicPart: {
      encode(publicKey, kid) {
        const { x, y } = curve.coordinatesOf(publicKey)
        const coordinates = { x: encodeBase64(x), ...(y && { y: encodeBase64(y) }) }
        return Buffer.from(JSON.stringify({ kid, ...coordinates, curve: curve.exportName, type: curve.kty }))
      },
      decode(encoded) {
        try {
          const key = readPublicKey(parseExport(encoded))
          if (key.curve !== curve) throw noAgreement()
          curve.check(key.publicKey)
          return key.publicKey
        } catch (cause) {
          throw wrongKeyMaterial(cause)
        }
      },
      jwk: publicKey => curve.jwk(publicKey),
      // No `alg`: with and without a sender it is another one.
      jwkMembers: { use: 'enc' },
      spki: publicKey => curve.spki(publicKey),
      multikey: publicKey => curve.multikey(publicKey),
    },
    keyAgreement: (secret, publicKey, { computation }) => curve.open(secret, publicKey, computation),
  }
}

export const nistP256KeyType = keyAgreementKeyType(p256Agreement)
export const nistP384KeyType = keyAgreementKeyType(p384Agreement)
export const nistP521KeyType = keyAgreementKeyType(p521Agreement)
export const x25519KeyType = keyAgreementKeyType(x25519)
export const x448KeyType = keyAgreementKeyType(x448)

/** @throws whatever is wrong with it */
function parseExport(encoded: Uint8Array): SentPublicKey {
  const members = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(encoded))
  const { x, y, curve, type } = members
  const texts = [x, y ?? '', curve, type]
  if (!texts.every(text => typeof text === 'string')) throw wrongKeyMaterial()
  return { type, curve, x: decodeBase64(x, 'x'), ...(y != null && { y: decodeBase64(y, 'y') }) }
}
