import { inThisThread } from '@keyhold/core'
import { ecdsaKeyType } from '@keyhold/core/algorithms/ecdsa.js'
import type { VerificationKey } from '@keyhold/core/dids/verification-key.js'
import { hasProofBy } from '@keyhold/core/zcap/trustbloc/verify-proof.js'
import t from 'tap'
import { delegation, type TrustblocKey, trustblocKey } from '../../support/trustbloc.ts'

/** A proof is a detached JWS (RFC 7797) by an Ed25519 key, and is made over its own header. */
const url = 'https://kms.example/v1/keystores/c0ekinlioud42c84qs8g'
const owner = trustblocKey(2)

/** A delegation whose proof is rightly signed under another header than our own. */
async function signedUnder(header: string) {
  const encoded = Buffer.from(header).toString('base64url')
  const signer: TrustblocKey = {
    ...owner,
    signer: {
      sign(input) {
        const text = Buffer.from(input)
        return owner.signer.sign(Buffer.concat([Buffer.from(encoded), text.subarray(text.indexOf('.'))]))
      },
    },
  }
  const capability = await delegation(url, signer, owner.id, '2026-01-15T00:00:00Z')
  const [proof] = capability.proof
  return { ...capability, proof: [{ ...proof, jws: `${encoded}..${proof.jws.split('..')[1]}` }] as const }
}

const headers: readonly (readonly [header: string, isAccepted: boolean])[] = [
  ['{"alg":"EdDSA","b64":false,"crit":["b64"]}', true],
  ['{"b64":false,"crit":["b64"],"alg":"EdDSA"}', true],
  ['{"alg":"","b64":false,"crit":["b64"]}', true],
  ['{"b64":false,"crit":["b64"]}', false],
  ['{"alg":"none","b64":false,"crit":["b64"]}', false],
  ['{"alg":"ES256","b64":false,"crit":["b64"]}', false],
  ['{"alg":"eddsa","b64":false,"crit":["b64"]}', false],
  ['{"alg":["EdDSA"],"b64":false,"crit":["b64"]}', false],
  ['{"alg":"EdDSA","b64":true,"crit":["b64"]}', false],
  ['{"alg":"EdDSA","b64":0,"crit":["b64"]}', false],
  ['{"alg":"EdDSA","crit":["b64"]}', false],
  ['{"alg":"EdDSA","b64":false}', false],
  ['{"alg":"EdDSA","b64":false,"crit":[]}', false],
  ['{"alg":"EdDSA","b64":false,"crit":"b64"}', false],
  ['{"alg":"EdDSA","b64":false,"crit":["b64","exp"],"exp":1}', false],
  ['null', false],
  ['"EdDSA"', false],
  ['[]', false],
  ['{', false],
]

void t.test('headers', async t => {
  for (const [header, isAccepted] of headers) {
    t.equal(await hasProofBy(await signedUnder(header), owner), isAccepted, header)
  }
})

void t.test('a signature is for the header that it was made over', async t => {
  const [proof] = (await signedUnder('{"alg":"","b64":false,"crit":["b64"]}')).proof
  const capability = await delegation(url, owner, owner.id, '2026-01-15T00:00:00Z')
  t.equal(await hasProofBy(capability, owner), true)
  t.equal(await hasProofBy({ ...capability, proof: [{ ...capability.proof[0], jws: proof.jws }] }, owner), true)
  const mixed = `${proof.jws.split('..')[0]}..${capability.proof[0].jws.split('..')[1]}`
  t.equal(await hasProofBy({ ...capability, proof: [{ ...proof, jws: mixed }] }, owner), false)
})

void t.test('a key of another curve makes no proof, though its signature is as long and right', async t => {
  const p256 = ecdsaKeyType('P-256', 'ieee-p1363')
  const { publicKey = new Uint8Array(), secret } = await p256.generate(
    length => new Uint8Array(length).fill(7),
    undefined,
    inThisThread,
  )
  const key: VerificationKey = { id: 'did:x#p', controller: 'did:x', kind: 'P-256', publicKey, verify: () => true }
  const signer = secret?.lend(scalar => p256.signer?.(scalar, publicKey))
  if (signer === undefined) return void t.fail('there is no signer')
  const capability = await delegation(url, { ...key, signer }, owner.id, '2026-01-15T00:00:00Z')
  t.match(capability.proof[0].jws, /\.\.[A-Za-z0-9_-]{86}$/)
  t.equal(await hasProofBy(capability, key), false)
})
