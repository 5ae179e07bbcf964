import type { ActorName } from '../actors.ts'
import { honestLink } from '../honest.ts'
import type { Plan } from '../plan.ts'
import { aCase, all, both, type Case, changed, eachOf, invocation, isDelegated, isSigned, signature } from './case.ts'

const isController = ({ route }: Plan): boolean => route.proof === 'controller'
const isRevocation = ({ route }: Plan): boolean => route.proof === 'revocation'
const isCreation = ({ route, setting }: Plan): boolean =>
  route.proof === 'admission' && route.body !== undefined && setting.admission === 'controller'
const signedBy = (by: ActorName) => signature({ by, keyId: { of: by, form: 'url' } })

const invoking = ({ capabilityDialect, signature }: Plan): Partial<Plan> => ({
  capability: { kind: 'delegated', links: [honestLink('owner', 'delegate', 'sign', capabilityDialect)] },
  signature: { ...signature, covered: [...signature.covered, 'capability-invocation'] },
})

/** What belongs to the controller alone, to those who may revoke, and to whoever may create. */
export const controllerCases: readonly Case[] = [
  aCase(
    'a delegate invokes its capability on what belongs to the controller alone',
    all(invoking, invocation({ form: 'plain' }), signedBy('delegate')),
    isController,
  ),
  aCase(
    'a delegate that may do everything invokes its capability there',
    all(
      invoking,
      ({ capability }) => ({
        capability:
          capability.kind === 'delegated'
            ? { ...capability, links: capability.links.map(link => ({ ...link, actions: undefined })) }
            : capability,
      }),
      invocation({ form: 'plain' }),
      signedBy('delegate'),
    ),
    isController,
  ),
  aCase('revoked by its delegate', signedBy('delegate'), isRevocation),
  aCase('the path names another capability than the body', () => ({ pathNamesCapability: false }), isRevocation),
  aCase(
    'the path names another capability than the body, by a stranger',
    all(() => ({ pathNamesCapability: false }), signedBy('stranger')),
    isRevocation,
  ),
  aCase(
    'revokes the root',
    () => ({ capability: { kind: 'root', of: 'this', looks: 'as answered' } }),
    both(isRevocation, ({ capabilityDialect }) => capabilityDialect === 'trustbloc'),
  ),
  aCase(
    'revokes the root, by a stranger',
    all(() => ({ capability: { kind: 'root', of: 'this', looks: 'as answered' } }), signedBy('stranger')),
    both(isRevocation, ({ capabilityDialect }) => capabilityDialect === 'trustbloc'),
  ),
  aCase(
    'revokes the root of the sibling keystore',
    () => ({ capability: { kind: 'root', of: 'sibling', looks: 'as answered' } }),
    both(isRevocation, ({ capabilityDialect }) => capabilityDialect === 'trustbloc'),
  ),
  aCase('revoked twice', () => ({ events: [{ what: 'revoked', link: 0 }] }), both(isRevocation, isDelegated)),
  ...eachOf(
    ['heir', 'delegate', 'stranger'] as const,
    who => `creates a keystore for the ${who}`,
    who => changed(() => ({ names: { who, form: 'url' } }), isCreation),
  ),
  aCase(
    'creates a keystore for the bare DID',
    () => ({ names: { who: 'owner', form: 'did' } }),
    both(isCreation, isSigned),
  ),
  aCase(
    'creates a keystore for another fragment of its DID',
    () => ({ names: { who: 'owner', form: 'other fragment' } }),
    isCreation,
  ),
  aCase(
    'creates a keystore for a stranger, who signs',
    all(() => ({ names: { who: 'stranger', form: 'url' } }), signedBy('stranger')),
    isCreation,
  ),
]
