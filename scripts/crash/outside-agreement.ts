import {
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import type { OwnKey } from './own-key.ts'

/** What the service answers to a wrapping, and asks for to unwrap it; bytes as base64. */
export interface Wrapped {
  readonly encryptedcek: string
  readonly epk: PublicKey
  readonly alg: string
  readonly apu: string
  readonly apv?: string
}

interface PublicKey {
  readonly x: string
  readonly y?: string
}

export interface AgreementType {
  readonly family: 'key-agreement'
  /** What its public keys are called. */
  readonly names: { readonly curve: string; readonly type: string }
  make(): Required<OwnKey>
  /** The key that was wrapped anonymously. @throws Error if it does not open */
  unwrap(secret: Uint8Array, wrapped: Wrapped): Uint8Array
  /** The RFC 7638 thumbprint: the id of a key that the service made. */
  idOf(publicKey: Uint8Array): string
  /** Whether two exports are of one key: the id that stands in them may differ. */
  isSame(one: Uint8Array, other: Uint8Array): boolean
  /** Whether an export is of the key that is stored as this. */
  hasRaw(exported: Uint8Array, raw?: Uint8Array): boolean
}

/** @param crv P-256, P-384, P-521, X25519 or X448 */
export function agreementType(crv: string, size: number): AgreementType {
  const ec = crv.startsWith('P-')
  /** Of a point's coordinate: without leading zeros in an export, of full length in a JWK. */
  const padded = (base64: string) => {
    const bytes = Buffer.from(base64, 'base64')
    return Buffer.concat([Buffer.alloc(size - bytes.length), bytes]).toString('base64url')
  }
  const jwkOf = ({ x, y }: PublicKey): JsonWebKey =>
    ec ? { crv, kty: 'EC', x: padded(x), y: padded(y ?? '') } : { crv, kty: 'OKP', x: padded(x) }
  const read = (exported: Uint8Array) => jwkOf(JSON.parse(Buffer.from(exported).toString('utf8')))
  const idOf = (exported: Uint8Array) =>
    createHash('sha256')
      .update(JSON.stringify(read(exported)))
      .digest('base64url')
  return {
    family: 'key-agreement',
    names: { curve: crv, type: ec ? 'EC' : 'OKP' },
    make() {
      const { privateKey, publicKey } = ec
        ? generateKeyPairSync('ec', { namedCurve: crv })
        : crv === 'X448'
          ? generateKeyPairSync('x448')
          : generateKeyPairSync('x25519')
      return { secret: privateKey.export({ format: 'der', type: 'pkcs8' }), publicKey: exportOf(publicKey) }
    },
    unwrap(secret, { encryptedcek, epk, alg, apu, apv = '' }) {
      const privateKey = createPrivateKey({ key: Buffer.from(secret), format: 'der', type: 'pkcs8' })
      const z = diffieHellman({ privateKey, publicKey: createPublicKey({ format: 'jwk', key: jwkOf(epk) }) })
      const info = [Buffer.from(alg), Buffer.from(apu, 'base64'), Buffer.from(apv, 'base64')]
      const parts = [uint32(1), z, ...info.flatMap(part => [uint32(part.length), part]), uint32(256)]
      const kek = createHash('sha256').update(Buffer.concat(parts)).digest()
      const decipher = createDecipheriv('id-aes256-wrap', kek, Buffer.alloc(8, 0xa6))
      return decipher.update(Buffer.from(encryptedcek, 'base64'))
    },
    idOf,
    isSame: (one, other) => idOf(one) === idOf(other),
    hasRaw(exported, raw = new Uint8Array(0)) {
      const { x = '', y = '' } = read(exported)
      const bytes = [x, y].map(text => Buffer.from(text, 'base64url'))
      return Buffer.concat([Buffer.alloc(ec ? 1 : 0, 4), ...bytes]).equals(raw)
    },
  }
}

/** As far as it is looked at here. */
function exportOf(key: KeyObject): Uint8Array {
  const { x = '', y } = key.export({ format: 'jwk' })
  const standard = (text: string) => Buffer.from(text, 'base64url').toString('base64')
  return Buffer.from(JSON.stringify({ x: standard(x), ...(y !== undefined && { y: standard(y) }) }))
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
