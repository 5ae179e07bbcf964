import type { Plan } from '../plan.ts'
import { admissionCases } from './admission.ts'
import type { Case } from './case.ts'
import { chainCases } from './chains.ts'
import { controllerCases } from './controller.ts'
import { coverageCases } from './coverage.ts'
import { delegationCases } from './delegations.ts'
import { digestCases } from './digests.ts'
import { duplicateCases } from './duplicates.ts'
import { invocationTextCases } from './invocation-text.ts'
import { lifeCases } from './life.ts'
import { repetitionCases } from './repetition.ts'
import { rootCases } from './roots.ts'
import { signatureTextCases } from './signature-text.ts'
import { signerCases } from './signers.ts'
import { tamperedCases } from './tampered.ts'
import { targetCases } from './targets.ts'
import { timeCases } from './times.ts'

export const cases: readonly Case[] = [
  { name: 'right', change: honest => honest },
  ...timeCases,
  ...coverageCases,
  ...signatureTextCases,
  ...invocationTextCases,
  ...digestCases,
  ...duplicateCases,
  ...signerCases,
  ...rootCases,
  ...delegationCases,
  ...chainCases,
  ...targetCases,
  ...tamperedCases,
  ...lifeCases,
  ...repetitionCases,
  ...controllerCases,
  ...admissionCases,
]

/** Every case of every honest plan to which it applies. */
export function everyPlan(honest: readonly Plan[]): Plan[] {
  return honest.flatMap(plan =>
    cases
      .filter(({ on }) => on === undefined || on(plan))
      .map(({ name, change }) => ({ ...change(plan), name: `${plan.name}: ${name}` })),
  )
}
