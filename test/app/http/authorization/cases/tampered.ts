import { actors } from '../actors.ts'
import type { Rewritten } from '../plan.ts'
import { all, both, type Case, changed, eachOf, invokesDelegated, isTrustbloc, leaf, signature } from './case.ts'

/** Members of either dialect, and what is made of them after the proof was made. */
const rewritings: readonly (readonly [string, Rewritten])[] = [
  ['other actions', { actions: ['sign', 'wrap', 'unwrap', 'decrypt'] }],
  ['no list of actions', { actions: undefined }],
  ['a later end', { expires: 800_000 }],
  ['an earlier end', { expires: 60 }],
  ['no end', { expires: undefined }],
  ['another invoker', { to: 'stranger' }],
  ['the controller as its invoker', { to: 'owner' }],
  ["another's key as that of the proof", { names: 'stranger' }],
  ['an earlier creation', { created: -11 }],
  ['another id', { members: { id: 'urn:uuid:00000000-0000-4000-8000-000000000001' } }],
  ['another parent', { members: { parentCapability: 'urn:uuid:00000000-0000-4000-8000-000000000002' } }],
  ['no parent', { members: { parentCapability: undefined } }],
  ['another context', { members: { '@context': 'https://w3id.org/security/v1' } }],
  ['no context', { members: { '@context': undefined } }],
  ['an unknown member', { members: { admin: 'true' } }],
  ['another chain', { members: { 'proof.0.capabilityChain': ['urn:uuid:00000000-0000-4000-8000-000000000003'] } }],
  ['no chain', { members: { 'proof.0.capabilityChain': undefined } }],
  ['another purpose', { members: { 'proof.0.proofPurpose': 'assertionMethod' } }],
  ['another type of proof', { members: { 'proof.0.type': 'Ed25519Signature2020x' } }],
  ['an unknown member of the proof', { members: { 'proof.0.admin': 'true' } }],
]

/** Members of the TrustBloc dialect alone. Its proof covers neither the target nor caveats. */
const trustblocs: readonly (readonly [string, Rewritten])[] = [
  ['a controller', { members: { controller: actors.stranger.url } }],
  ['a delegator', { members: { delegator: actors.stranger.url } }],
  ['no invoker', { members: { invoker: undefined } }],
  ['another nonce', { members: { 'proof.0.nonce': 'AAAA' } }],
  ['no nonce', { members: { 'proof.0.nonce': undefined } }],
  ['a challenge', { members: { 'proof.0.challenge': 'AAAA' } }],
  ['a domain', { members: { 'proof.0.domain': 'kms.example' } }],
  ['another type of target', { members: { 'invocationTarget.Type': 'urn:kms:anything' } }],
  ['an unknown member of the target', { members: { 'invocationTarget.Id': 'https://kms.example' } }],
  ['a text as its target', { members: { invocationTarget: 'https://kms.example' } }],
  ['a caveat that has not ended', { caveat: 600 }],
  ['a caveat that has ended', { caveat: -30 }],
  ['a caveat of another kind', { members: { caveats: [{ type: 'ip', duration: 1 }] } }],
  ['a caveat of no whole seconds', { members: { caveats: [{ type: 'expiry', duration: 0.5 }] } }],
  ['an action with a space', { members: { allowedAction: ['sign '] } }],
  ['one action twice', { members: { allowedAction: ['sign', 'sign'] } }],
]

export const tamperedCases: readonly Case[] = [
  ...eachOf(
    rewritings,
    ([what]) => `tampered: ${what}`,
    ([, rewritten]) => changed(leaf({ rewritten }), invokesDelegated),
  ),
  ...eachOf(
    trustblocs,
    ([what]) => `tampered: ${what}`,
    ([, rewritten]) => changed(leaf({ rewritten }), both(invokesDelegated, isTrustbloc)),
  ),
  ...eachOf(
    [
      ['the caveat is taken away', { caveat: -20 }, { caveat: undefined }],
      ['the caveat is made longer', { caveat: -20 }, { caveat: 600 }],
      ['the list of actions is taken away from a capability of none', { actions: [] }, { actions: undefined }],
      ['the target is widened to the keystore', { target: '{ks}/keys/2' }, { target: '{ks}' }],
    ] as const,
    ([what]) => `tampered, and nothing shows: ${what}`,
    ([, was, rewritten]) => changed(leaf({ ...was, rewritten }), both(invokesDelegated, isTrustbloc)),
  ),
  {
    name: 'tampered: the invoker is a stranger, who signs',
    ...changed(
      all(
        leaf({ rewritten: { to: 'stranger' } }),
        signature({ by: 'stranger', keyId: { of: 'stranger', form: 'url' } }),
      ),
      invokesDelegated,
    ),
  },
]
