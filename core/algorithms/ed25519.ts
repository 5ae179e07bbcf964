import { ed25519 } from '@noble/curves/ed25519.js'
import type { ComputationPort, Ed25519Port, Random } from '../ports/index.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { ed25519Box } from './crypto-box.ts'
import { edwardsKeyType } from './edwards.ts'
import type { KeyMaterial, Tools } from './key-type.ts'

const byOpenSsl = edwardsKeyType({
  crv: 'Ed25519',
  oid: Buffer.from('06032b6570', 'hex'),
  multicodec: 0xed,
  size: 32,
  publicKeyOf: ed25519PublicKey,
  pointOf: publicKey => ed25519.Point.fromBytes(publicKey),
})

/** What is there always. */
export const openSslEd25519: Ed25519Port = {
  name: 'OpenSSL',
  // Node derives one from a PKCS#8 alone, and is no faster.
  publicKey: ed25519PublicKey,
  signer: byOpenSsl.signer,
  verifier(publicKey) {
    const { verify } = byOpenSsl.verifier(publicKey)
    return { verify: (signature, message) => verify(signature, message) && !hasSmallR(signature) }
  },
}

/** Ed25519 (RFC 8032 section 5.1), whose keys open NaCl boxes as well. */
export const ed25519KeyType = {
  ...byOpenSsl,
  generate: (
    random: Random,
    _attributes?: readonly string[],
    _computation?: ComputationPort,
    ed25519 = openSslEd25519,
  ) => fromSeed(random(32), ed25519),
  signer: (seed: Uint8Array, publicKey: Uint8Array, tools: Pick<Tools, 'ed25519'>) =>
    tools.ed25519.signer(seed, publicKey),
  verifier: (publicKey: Uint8Array, tools: Pick<Tools, 'ed25519'>) => tools.ed25519.verifier(publicKey),
  box: ed25519Box,
}

/** The points of small order but for the sign of their x, which is the highest bit. */
const smallOrder = new Set(
  [
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  ].map(hex => Buffer.from(hex, 'hex').toString('latin1')),
)

/**
 * Whether R is of small order. Nobody draws such a one, but whoever has the private key can make such signatures, which
 * OpenSSL accepts and libsodium does not. @param signature one that verifies, so that its R is in its one form
 */
function hasSmallR(signature: Uint8Array): boolean {
  const r = Buffer.from(signature.subarray(0, 32))
  r[31] = (r[31] ?? 0) & 0x7f
  return smallOrder.has(r.toString('latin1'))
}

/** The key of a seed, of which it takes ownership. */
export function fromSeed(seed: Uint8Array, ed25519: Ed25519Port = openSslEd25519): Required<KeyMaterial> {
  return { publicKey: ed25519.publicKey(seed), secret: new SecretBytes(seed) }
}

function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(seed)
}
