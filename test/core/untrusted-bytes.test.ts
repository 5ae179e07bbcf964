import { randomBytes } from 'node:crypto'
import { MemoryKeyStore } from '@keyhold/adapters'
import { decodeEntry, entriesOf } from '@keyhold/adapters/store-embedded/record-codec.js'
import { outcome } from '@keyhold/contract'
import { decodeBase64, SecretBytes, type StoredRecord } from '@keyhold/core'
import { keyTypeNames, keyTypes } from '@keyhold/core/algorithms/index.js'
import { readEcPkcs8, readOkpPkcs8 } from '@keyhold/core/algorithms/pkcs8.js'
import { readSealed } from '@keyhold/core/locks/sealed.js'
import { openIntegrityKey } from '@keyhold/core/records/header.js'
import { readBody, writeBody } from '@keyhold/core/records/record-body.js'
import fc from 'fast-check'
import t from 'tap'
import { ecPkcs8, oid, okpPkcs8, rsaPkcs8, seedPkcs8 } from '../support/der.ts'
import { memoryPorts } from '../support/memory-ports.ts'
import { propertyRuns } from '../support/property-runs.ts'
import { quickAttributes } from '../support/quick-attributes.ts'
import { tools } from '../support/tools.ts'

interface Reader {
  /** Bytes that it accepts, to be changed a little. */
  readonly sample: Uint8Array
  readonly read: (bytes: Uint8Array) => unknown
  /** How the reading of anything may end. */
  readonly endings: readonly string[]
}

const context = { purpose: 'test' }
const ports = memoryPorts()
const integrityKey = new SecretBytes(randomBytes(32))
const place = { collection: 'keys', scope: 'scope', ids: ['a', 'b'], revision: 1 } as const
const record: StoredRecord = { ...place, body: writeBody(integrityKey, place, { state: 'active', versions: [] }) }
const [, entry = new Uint8Array(0)] = entriesOf(record)[0] ?? []

const readers: Record<string, Reader> = {
  'a sealed frame': { sample: await ports.lock.lock(randomBytes(32), context), read: readSealed, endings: ['done'] },
  'a locked secret': {
    sample: await ports.lock.lock(randomBytes(32), context),
    read: bytes => ports.lock.unlock(bytes, context),
    endings: ['done', 'LOCK_REJECTED'],
  },
  'the body of a record': {
    sample: record.body,
    read: body => readBody(integrityKey, { ...place, body }),
    endings: ['done', 'STORE_CORRUPT'],
  },
  'the header of a store': {
    sample: await headerBody(),
    read: async body => {
      const store = new MemoryKeyStore()
      await store.add({ collection: 'header', scope: '', ids: ['store'], revision: 1, body })
      await openIntegrityKey({ ...ports, store })
    },
    endings: ['done', 'STORE_MISMATCH', 'LOCK_REJECTED'],
  },
  'an entry of the embedded store': {
    sample: entry,
    read: bytes => decodeEntry(bytes, 'keys', 'scope'),
    endings: ['done', 'STORE_CORRUPT'],
  },
  'base64 text': {
    sample: Buffer.from(randomBytes(20).toString('base64')),
    read: bytes => decodeBase64(Buffer.from(bytes).toString('latin1'), 'field'),
    endings: ['done', 'INVALID_REQUEST'],
  },
  'a PKCS#8 Ed25519 key': {
    sample: okpPkcs8(oid.ed25519, randomBytes(32)),
    read: bytes => readOkpPkcs8(bytes, oid.ed25519),
    endings: ['done', 'INVALID_REQUEST'],
  },
  'a PKCS#8 elliptic curve key': {
    sample: ecPkcs8(oid['P-256'], randomBytes(32), randomBytes(65)),
    read: bytes => readEcPkcs8(bytes, oid['P-256']),
    endings: ['done', 'INVALID_REQUEST'],
  },
}
for (const name of keyTypeNames) {
  const { publicPart, verifier, signer, keyAgreement, generate, importSecret } = keyTypes[name]
  const { secret, publicKey } = await generate(tools.random, quickAttributes, tools.computation)
  const secretSample = secret?.lend(bytes => Uint8Array.from(bytes)) ?? new Uint8Array(0)
  const jwk = keyTypes[name].multiSigner ? undefined : publicKey && publicPart?.jwk(publicKey)
  readers[`a secret key, ${name}`] = {
    sample: jwk === undefined ? secretSample : pkcs8(jwk, secretSample, publicKey),
    read: bytes => importSecret(bytes, tools.random, tools.computation),
    endings: ['done', 'INVALID_REQUEST'],
  }
  if (publicPart === undefined || publicKey === undefined) continue
  const sample = publicPart.encode(publicKey, 'id')
  // A public key that is accepted must be of use, whatever it is.
  const read = async (bytes: Uint8Array) => {
    const decoded = await publicPart.decode(bytes, tools.computation)
    await verifier?.(decoded, tools).verify(new Uint8Array(64), new Uint8Array(0))
    const agreed = await keyAgreement?.(secretSample, publicKey, tools).agree(decoded)
    if (keyAgreement !== undefined && !agreed?.some(byte => byte !== 0)) throw new Error('agreed on nothing')
  }
  readers[`a public key, ${name}`] = { sample, read, endings: ['done', 'INVALID_REQUEST'] }
  if (verifier === undefined) continue
  const signature = await signer?.(secretSample, publicKey, tools).sign(new Uint8Array(0))
  readers[`a signature, ${name}`] = {
    sample: signature ?? new Uint8Array(0),
    read: bytes => verifier(publicKey, tools).verify(bytes, new Uint8Array(0)),
    endings: ['done'],
  }
}

for (const name of keyTypeNames) {
  const { publicPart, multiVerifier, multiSigner, generate } = keyTypes[name]
  if (!multiSigner) continue
  const { secret, publicKey } = await generate(tools.random, undefined, tools.computation)
  if (!publicPart || !publicKey || !multiVerifier || !secret) continue
  const statement = { messages: [new Uint8Array(0)], header: new Uint8Array(0) }
  const [revealed, nonce] = [[0], new Uint8Array(0)]
  const verifier = multiVerifier(publicKey, tools)
  const signature = await secret.lend(bytes => multiSigner(bytes, publicKey, tools)).sign(statement)
  const proof = await verifier.deriveProof(signature, statement, revealed, nonce)
  readers[`a public key, ${name}`] = {
    sample: publicPart.encode(publicKey, ''),
    read: async bytes => {
      const decoded = await publicPart.decode(bytes, tools.computation)
      return multiVerifier(decoded, tools).verify(new Uint8Array(112), statement)
    },
    endings: ['done', 'INVALID_REQUEST'],
  }
  readers[`a signature, ${name}`] = {
    sample: signature,
    read: bytes => verifier.verify(bytes, statement),
    endings: ['done'],
  }
  readers[`a proof, ${name}`] = {
    sample: proof ?? new Uint8Array(0),
    read: bytes => verifier.verifyProof({ ...statement, proof: bytes, revealed, nonce }),
    endings: ['done'],
  }
}

for (const [name, { sample, read, endings }] of Object.entries(readers)) {
  await t.test(`property: ${name}: whatever bytes they are, nothing but a known error comes of it`, async t => {
    t.equal(await outcome(async () => read(sample)), 'done', 'the sample is accepted')
    const mutated = fc
      .record({ at: fc.nat(sample.length - 1), with: fc.uint8Array({ maxLength: 4 }), cut: fc.nat(4) })
      .map(change =>
        Buffer.concat([sample.subarray(0, change.at), change.with, sample.subarray(change.at + change.cut)]),
      )
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), async bytes => {
        const ending = await outcome(async () => read(bytes))
        if (!endings.includes(ending)) throw new Error(ending)
      }),
      propertyRuns,
    )
  })
}

function pkcs8({ kty, crv = '', alg }: Jwk, secret: Uint8Array, publicKey: Uint8Array | undefined): Buffer {
  if (kty === 'RSA') return rsaPkcs8(secret)
  if (alg !== undefined) return seedPkcs8(oid[alg as 'ML-DSA-65'], secret)
  const curve = crv === 'SECP256K1' ? 'secp256k1' : crv
  const okp = { Ed25519: oid.ed25519, Ed448: oid.ed448, X25519: oid.x25519, X448: oid.x448 }[crv]
  if (okp !== undefined) return okpPkcs8(okp, secret)
  return ecPkcs8(oid[curve as 'P-256'], secret, publicKey)
}

type Jwk = Readonly<Record<string, string>>

async function headerBody(): Promise<Uint8Array> {
  const store = new MemoryKeyStore()
  await openIntegrityKey({ ...ports, store })
  return (await store.find('header', '', 'store'))?.body ?? new Uint8Array(0)
}
