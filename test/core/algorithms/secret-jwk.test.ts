import { createPrivateKey, randomBytes } from 'node:crypto'
import { outcome } from '@keyhold/contract'
import { jwkByteMembers, keyTypeNames, type SecretJwk } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import type { KeyMaterial, KeyType } from '@keyhold/core/algorithms/key-type.js'
import fc from 'fast-check'
import t from 'tap'
import { importableKey, seedJwk } from '../../support/families.ts'
import { tools } from '../../support/tools.ts'
import { blsJwks } from '../../vectors/published/did-key.ts'

t.setTimeout(120_000)

/** A JWK as the edge reads it. */
function readJwk({ kty = '', crv, alg, ...members }: Readonly<Partial<Record<string, string>>>): SecretJwk {
  const bytes = jwkByteMembers.flatMap(name => {
    const text = members[name]
    return text === undefined ? [] : [[name, Uint8Array.from(Buffer.from(text, 'base64url'))] as const]
  })
  return { kty, ...(crv !== undefined && { crv }), ...(alg !== undefined && { alg }), bytes: Object.fromEntries(bytes) }
}

for (const type of keyTypeNames) {
  const { importJwk, publicPart, multiSigner, experimental }: KeyType = keyTypes[type]
  if (importJwk === undefined) continue
  const key = importableKey(type)
  const sample = multiSigner
    ? blsJwks[0]
    : experimental
      ? seedJwk(type, randomBytes(type === 'ML-DSA-65' ? 32 : 64))
      : publicPart
        ? createPrivateKey({ format: 'der', type: 'pkcs8', key }).export({ format: 'jwk' })
        : { kty: 'oct', k: key.toString('base64url') }
  const jwk = readJwk(sample as Readonly<Record<string, string>>)
  const isRsa = jwk.kty === 'RSA'

  t.test(`${type}: whatever is changed in a JWK is refused, or is the key that comes of it`, async t => {
    const member = fc.constantFrom(...Object.keys(jwk.bytes)) as fc.Arbitrary<keyof SecretJwk['bytes']>
    const flip = fc.tuple(member, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([name, at, mask]) => {
      const changed = Uint8Array.from(jwk.bytes[name] ?? [])
      changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ mask
      return [name, changed] as const
    })
    const replace = fc.tuple(member, fc.uint8Array({ maxLength: 70 }))
    const property = fc.asyncProperty(fc.oneof(flip, replace), async ([name, changed]) => {
      const sent = { ...jwk, bytes: { ...jwk.bytes, [name]: Uint8Array.from(changed) } }
      let made: KeyMaterial | undefined
      const ended = await outcome(async () => {
        made = await importJwk(sent, tools.random, tools.computation)
      })
      if (Buffer.compare(sent.bytes[name] ?? new Uint8Array(1), changed) !== 0) throw new Error('the bytes stay theirs')
      if (ended !== 'done') return ended === 'INVALID_REQUEST'
      if (publicPart === undefined || made?.publicKey === undefined) return true
      const { x, y, n, e, pub } = publicPart.jwk(made.publicKey)
      return Object.entries({ x, y, n, e, pub }).every(([member, text]) => {
        const given = sent.bytes[member as 'x']
        return text === undefined || Buffer.from(given ?? []).toString('base64url') === text
      })
    })
    const { failed, counterexample, errorInstance } = await fc.check(property, {
      numRuns: isRsa || experimental ? 60 : 200,
    })
    t.notOk(failed, JSON.stringify({ counterexample, error: String(errorInstance) }))
    t.equal(await outcome(async () => importJwk(jwk, tools.random, tools.computation)), 'done', 'as it was')
  })
}
