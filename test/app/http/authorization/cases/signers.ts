import { type ActorName, actors, didKeyUrl } from '../actors.ts'
import type { KeyIdPlan, Plan } from '../plan.ts'
import {
  aCase,
  all,
  both,
  type Case,
  changed,
  eachOf,
  invokes,
  invokesDelegated,
  isDelegated,
  isSigned,
  keystore,
  leaf,
  signature,
} from './case.ts'

const others = ['owner', 'heir', 'delegate', 'second delegate', 'stranger', 'owner of a P-256 did:key'] as const

const kinds = ['owner of a P-256 did:key', 'owner of an Ed25519 did:jwk', 'owner of a P-256 did:jwk'] as const

const signedBy = (by: ActorName) => signature({ by, keyId: { of: by, form: 'url' } })

/** Keys that prove nothing, or of which nobody here knows how to find them. */
const keyIds: readonly (readonly [string, KeyIdPlan])[] = [
  ['a did:web', { text: 'did:web:owner.example#key-1' }],
  ['a did:example', { text: 'did:example:owner#key-1' }],
  ['an https URL', { text: 'https://owner.example/key' }],
  ['a URL of this service', { text: 'https://kms.example/v1/keystores' }],
  ['empty', { text: '' }],
  ['no DID at all', { text: 'owner' }],
  ['another fragment', { of: 'owner', form: 'other fragment' }],
  ['an empty fragment', { of: 'owner', form: 'empty fragment' }],
  ['with a space behind', { text: `${actors.owner.url} ` }],
  ['with a path', { text: actors.owner.url.replace('#', '/path#') }],
  ['with a query', { text: actors.owner.url.replace('#', '?versionId=1#') }],
  ['in upper case', { text: actors.owner.url.toUpperCase() }],
  ['a did:key that is not base58', { text: 'did:key:z0OIl#z0OIl' }],
  ['a did:key of the empty key', { text: 'did:key:z#z' }],
  ['a did:key of 31 bytes', { text: didKeyUrl([0xed, 0x01], new Uint8Array(31).fill(1)) }],
  ['a did:key of an X25519 key', { text: didKeyUrl([0xec, 0x01], new Uint8Array(32).fill(9)) }],
  ['a did:key of a secp256k1 key', { text: didKeyUrl([0xe7, 0x01], new Uint8Array(33).fill(2)) }],
  // RFC 8032 section 5.1: the neutral element verifies what nobody signed.
  ['a did:key of the neutral element', { text: didKeyUrl([0xed, 0x01], Uint8Array.of(1, ...new Uint8Array(31))) }],
  ['a did:key of a point of order four', { text: didKeyUrl([0xed, 0x01], new Uint8Array(32)) }],
  ['a did:jwk that is no JSON', { text: 'did:jwk:bm90IEpTT04#0' }],
  ['a did:jwk of null', { text: 'did:jwk:bnVsbA#0' }],
  [
    'a did:jwk of a symmetric key',
    { text: `did:jwk:${Buffer.from('{"kty":"oct","k":"AA"}').toString('base64url')}#0` },
  ],
  ['a did:jwk with another fragment', { text: `${actors['owner of an Ed25519 did:jwk'].did}#1` }],
  ['a very long did:key', { text: `did:key:z${'1'.repeat(2000)}` }],
]

/** Who signs, and whom the request says it is. */
export const signerCases: readonly Case[] = [
  ...eachOf(
    others,
    by => `signed by the ${by}`,
    by => changed(signedBy(by), isSigned),
  ),
  ...eachOf(
    others,
    by => `signed by the ${by} with the keyId of the honest one`,
    by =>
      changed(
        signature({ by }),
        both(isSigned, ({ signature }) => signature.by !== by),
      ),
  ),
  ...eachOf(
    others,
    of => `signed by the honest one with the keyId of the ${of}`,
    of =>
      changed(
        signature({ keyId: { of, form: 'url' } }),
        both(isSigned, ({ signature }) => signature.by !== of),
      ),
  ),
  aCase(
    'keyId: the bare DID',
    signature(({ by }) => ({ keyId: { of: by, form: 'did' } })),
    isSigned,
  ),
  ...eachOf(
    keyIds,
    ([what]) => `keyId: ${what}`,
    ([, keyId]) => changed(signature({ keyId }), isSigned),
  ),
  ...eachOf(
    keyIds.filter(([what]) => what.includes('element') || what.includes('order')),
    ([what]) => `keyId: ${what}, with a signature of zeros`,
    ([, keyId]) => changed(signature({ keyId, flaw: 'zeros' }), isSigned),
  ),
  ...kinds.flatMap(kind => [
    aCase(
      `the controller is the ${kind}`,
      all(controlledBy(kind), signedBy(kind)),
      both(isSigned, honest => !invokesDelegated(honest)),
    ),
    aCase(
      `the controller is the ${kind}, and the owner signs`,
      controlledBy(kind),
      both(isSigned, honest => !invokesDelegated(honest)),
    ),
    aCase(`the delegate is the ${kind}`, all(leaf({ to: kind }), signedBy(kind)), invokesDelegated),
    aCase(`the delegate is the ${kind}, and somebody else signs`, leaf({ to: kind }), invokesDelegated),
    aCase(`the ${kind} delegates`, all(controlledBy(kind)), invokesDelegated),
  ]),
  aCase(
    'the controller is named by its bare DID',
    all(keystore({ form: 'did' }), ({ names }) => ({ names: { ...names, form: 'did' } })),
    isSigned,
  ),
  aCase('the delegate is named by its bare DID', leaf({ form: 'did' }), isDelegated),
  aCase(
    'the controller is named by its bare DID, and a stranger signs',
    all(keystore({ form: 'did' }), signedBy('stranger')),
    isSigned,
  ),
  aCase(
    'all are named by bare DIDs',
    honest =>
      all(
        keystore({ form: 'did' }),
        leaf({ form: 'did' }),
        signature(({ by }) => ({ keyId: { of: by, form: 'did' } })),
      )(honest),
    both(isSigned, invokes),
  ),
]

/** Also of the keystore that is created, and by whom the delegation is. */
function controlledBy(controller: ActorName) {
  return (plan: Plan): Partial<Plan> => ({
    ...keystore({ controller })(plan),
    ...leaf({ by: controller, names: controller })(plan),
    ...(plan.route.proof === 'admission' && { names: { who: controller, form: 'url' } }),
  })
}
