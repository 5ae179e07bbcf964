import type { TokenPlan } from '../plan.ts'
import { authorizationCases } from './authorizations.ts'
import { bearerCases } from './bearer.ts'
import { isBearer, isGnap, only, type TokenCase } from './case.ts'
import { bodyCases, repetitionCases, timeCases } from './messages.ts'
import { ownerCases } from './owners.ts'
import { rightCases } from './rights.ts'
import { signatureCases } from './signatures.ts'

const cases: readonly TokenCase[] = [
  { name: 'right', change: () => ({}) },
  ...ownerCases,
  ...rightCases,
  ...authorizationCases,
  ...only(isGnap, [...signatureCases, ...timeCases, ...bodyCases]),
  ...only(isBearer, bearerCases),
  ...repetitionCases,
]

/** Every case of every honest plan to which it applies. */
export function everyTokenPlan(honest: readonly TokenPlan[]): TokenPlan[] {
  return honest.flatMap(plan =>
    cases
      .filter(({ on }) => on === undefined || on(plan))
      .map(({ name, change }) => ({ ...plan, ...change(plan), name: `${plan.name}: ${name}` })),
  )
}
