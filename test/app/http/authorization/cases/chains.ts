import { honestLink } from '../honest.ts'
import type { LinkPlan, Plan } from '../plan.ts'
import { aCase, all, both, type Case, invokesDelegated, isCcg, signature } from './case.ts'

/** The chain that is made of the honest one's only link. */
const chainOf =
  (make: (link: LinkPlan, plan: Plan) => readonly LinkPlan[]) =>
  (plan: Plan): Partial<Plan> => {
    const [link] = plan.capability.kind === 'delegated' ? plan.capability.links : []
    return link === undefined ? {} : { capability: { kind: 'delegated', links: make(link, plan) } }
  }

const seconds = signature({ by: 'second delegate', keyId: { of: 'second delegate', form: 'url' } })

/** The delegate of the honest chain delegates on, with so many others between. */
const further = (change: (link: LinkPlan) => Partial<LinkPlan> = () => ({}), between = 0) =>
  chainOf((link, { capabilityDialect, route }) => {
    const middle = {
      ...honestLink('delegate', 'delegate', route.does ?? route.action ?? 'sign', capabilityDialect),
      created: -9,
    }
    const last: LinkPlan = {
      ...middle,
      to: 'second delegate',
      created: -8,
      actions: link.actions,
      expires: link.expires,
    }
    return [
      link,
      ...Array.from({ length: between }, () => ({ ...middle, actions: link.actions })),
      { ...last, ...change(last) },
    ]
  })

/** Delegations of delegations. In the TrustBloc dialect nobody's. */
export const chainCases: readonly Case[] = [
  aCase('chain of two', all(further(), seconds), invokesDelegated),
  aCase('chain of two, invoked by the first delegate', further(), invokesDelegated),
  aCase(
    'chain of two, the second by a stranger',
    all(
      further(() => ({ by: 'stranger', names: 'stranger' })),
      seconds,
    ),
    invokesDelegated,
  ),
  aCase(
    "chain of two, the second by a stranger that names the delegate's key",
    all(
      further(() => ({ by: 'stranger' })),
      seconds,
    ),
    invokesDelegated,
  ),
  aCase(
    'chain of two, the second by the controller',
    all(
      further(() => ({ by: 'owner', names: 'owner' })),
      seconds,
    ),
    invokesDelegated,
  ),
  aCase(
    'chain of two, the first by a stranger',
    all(further(), firstLink({ by: 'stranger', names: 'stranger' }), seconds),
    invokesDelegated,
  ),
  aCase(
    'chain of two, the second of more actions',
    all(
      further(({ actions = [] }) => ({ actions: [...actions, actions.includes('unwrap') ? 'sign' : 'unwrap'] })),
      seconds,
    ),
    invokesDelegated,
  ),
  aCase(
    'chain of two, the second of all actions',
    all(
      further(() => ({ actions: undefined })),
      seconds,
    ),
    invokesDelegated,
  ),
  aCase(
    'chain of two, the second of less',
    all(
      further(({ actions = [] }) => ({ actions: actions.slice(0, 1) })),
      seconds,
    ),
    invokesDelegated,
  ),
  aCase(
    'chain of two, the second with a wider target',
    all(further(), firstLink({ target: '{ks}/keys/{key}' }), seconds),
    invokesDelegated,
  ),
  aCase(
    'chain of two, the second outlives the first',
    all(
      further(({ expires = 0 }) => ({ expires: expires + 60 })),
      seconds,
    ),
    invokesDelegated,
  ),
  aCase(
    'chain of two, the second older than the first',
    all(
      further(() => ({ created: -20 })),
      seconds,
    ),
    invokesDelegated,
  ),
  aCase(
    'chain of two, the first has expired',
    all(further(), firstLink({ expires: -31, created: -3600 }), seconds),
    invokesDelegated,
  ),
  aCase(
    'chain of two, a cycle: the second has the id of the first',
    all(
      further(() => ({ id: 'of the link above' })),
      seconds,
    ),
    invokesDelegated,
  ),
  aCase(
    'chain of two, a cycle: the second is its own parent',
    all(
      further(() => ({ parent: 'itself' })),
      seconds,
    ),
    invokesDelegated,
  ),
  aCase(
    'chain of two, in the wrong order',
    all(
      further(() => ({ chain: 'reversed' })),
      seconds,
    ),
    both(invokesDelegated, honest => !isCcg(honest)),
  ),
  aCase(
    'chain of two, the first revoked',
    all(further(), seconds, () => ({ events: [{ what: 'revoked', link: 0 }] })),
    both(invokesDelegated, isCcg),
  ),
  aCase(
    'chain of two, the second revoked',
    all(further(), seconds, () => ({ events: [{ what: 'revoked', link: 1 }] })),
    both(invokesDelegated, isCcg),
  ),
  aCase('chain of three', all(further(undefined, 1), seconds), invokesDelegated),
  // In CCG the statements of a chain as deep as this one are beyond what `n-quads.ts` can put into an order.
  aCase(
    'chain of six',
    all(further(undefined, 4), seconds),
    both(invokesDelegated, honest => !isCcg(honest)),
  ),
]

function firstLink(change: Partial<LinkPlan>) {
  return ({ capability }: Plan): Partial<Plan> => {
    if (capability.kind !== 'delegated') return {}
    const links = capability.links.map((link, index) => (index === 0 ? { ...link, ...change } : link))
    return { capability: { kind: 'delegated', links } }
  }
}
