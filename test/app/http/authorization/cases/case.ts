import { invokesCapability } from '../honest.ts'
import type { CapabilityPlan, InvocationPlan, KeystorePlan, LinkPlan, Plan, SignaturePlan } from '../plan.ts'

/** Something about an honest request that is changed. What it must come to then is the oracle's to say. */
export interface Case {
  readonly name: string
  /** Where it makes a difference; everywhere if it is absent. */
  readonly on?: (honest: Plan) => boolean
  readonly change: (honest: Plan) => Plan
}

type Change<T> = (plan: T) => Partial<T>

export function aCase(name: string, change: Change<Plan>, on: (honest: Plan) => boolean = () => true): Case {
  return { name, on, change: honest => ({ ...honest, ...change(honest) }) }
}

/** The same change for each of several values, of which the name says which. */
export function eachOf<T>(
  values: readonly T[],
  name: (value: T) => string,
  make: (value: T) => Omit<Case, 'name'>,
): Case[] {
  return values.map(value => ({ name: name(value), ...make(value) }))
}

export function changed(change: Change<Plan>, on: (honest: Plan) => boolean = () => true): Omit<Case, 'name'> {
  return { on, change: honest => ({ ...honest, ...change(honest) }) }
}

export const signature =
  (change: Partial<SignaturePlan> | Change<SignaturePlan>) =>
  ({ signature }: Plan): Partial<Plan> => ({ signature: { ...signature, ...apply(change, signature) } })

export const invocation =
  (change: Partial<InvocationPlan>) =>
  ({ invocation }: Plan): Partial<Plan> => ({ invocation: { ...invocation, ...change } })

export const keystore =
  (change: Partial<KeystorePlan>) =>
  ({ keystore }: Plan): Partial<Plan> => ({ keystore: { ...keystore, ...change } })

export const root =
  (change: Partial<Extract<CapabilityPlan, { kind: 'root' }>>) =>
  ({ capability }: Plan): Partial<Plan> =>
    capability.kind === 'root' ? { capability: { ...capability, ...change } } : {}

/** Changes the last delegation. */
export const leaf =
  (change: Partial<LinkPlan> | Change<LinkPlan>) =>
  ({ capability }: Plan): Partial<Plan> => {
    if (capability.kind !== 'delegated') return {}
    const links = capability.links.map((link, index, { length }) =>
      index === length - 1 ? { ...link, ...apply(change, link) } : link,
    )
    return { capability: { kind: 'delegated', links } }
  }

/** Several changes, one after the other. */
export const all =
  (...changes: readonly Change<Plan>[]) =>
  (plan: Plan): Partial<Plan> => {
    let changed = plan
    for (const change of changes) changed = { ...changed, ...change(changed) }
    return changed
  }

export const isSigned = ({ signature }: Plan): boolean => signature.form !== 'absent'
export const isRoot = ({ capability }: Plan): boolean => capability.kind === 'root'
export const isDelegated = ({ capability }: Plan): boolean => capability.kind === 'delegated'
export const invokes = ({ route }: Plan): boolean => invokesCapability(route)
/** An invoked delegation, not one that is revoked. */
export const invokesDelegated = (plan: Plan): boolean => invokes(plan) && isDelegated(plan)
export const hasBody = ({ route }: Plan): boolean => route.body !== undefined
export const isTrustbloc = ({ dialect }: Plan): boolean => dialect === 'trustbloc'
export const isCcg = ({ dialect }: Plan): boolean => dialect === 'ccg'

export const both =
  (...conditions: readonly ((plan: Plan) => boolean)[]) =>
  (plan: Plan): boolean =>
    conditions.every(condition => condition(plan))

function apply<T>(change: Partial<T> | Change<T>, value: T): Partial<T> {
  return typeof change === 'function' ? change(value) : change
}
