import type { SignaturePlan, TokenPlan, TokenPlanned } from '../plan.ts'

/** Something about an honest request that is changed. What it must come to then is the oracle's to say. */
export interface TokenCase {
  readonly name: string
  readonly on?: (honest: TokenPlan) => boolean
  readonly change: (honest: TokenPlan) => Partial<TokenPlan>
}

export const hasBody = ({ route }: TokenPlan) => route.body !== undefined

export const token =
  (change: Partial<TokenPlanned>) =>
  ({ token }: TokenPlan): Partial<TokenPlan> => ({ token: { ...token, ...change } })

export const signature =
  (change: Partial<SignaturePlan> | ((signature: SignaturePlan) => Partial<SignaturePlan>)) =>
  ({ signature }: TokenPlan): Partial<TokenPlan> => ({
    signature: { ...signature, ...(typeof change === 'function' ? change(signature) : change) },
  })

export function each<T>(
  values: readonly T[],
  name: (value: T) => string,
  change: (value: T) => TokenCase['change'],
): TokenCase[] {
  return values.map(value => ({ name: name(value), change: change(value) }))
}

export const show = (value: unknown) => JSON.stringify(value) ?? 'undefined'

export const isGnap = ({ method }: TokenPlan) => method === 'gnap'
export const isBearer = (plan: TokenPlan) => !isGnap(plan)
export const isJwt = ({ method }: TokenPlan) => method === 'jwt'

/** The same cases, where they make a difference. */
export function only(on: (honest: TokenPlan) => boolean, cases: readonly TokenCase[]): TokenCase[] {
  return cases.map(each => ({ ...each, on: honest => on(honest) && (each.on?.(honest) ?? true) }))
}
