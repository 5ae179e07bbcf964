import type { RightPlan } from '../plan.ts'
import { each, show, type TokenCase, token } from './case.ts'

const rights: readonly (readonly RightPlan[])[] = [
  [],
  ['keyhold:{action}'],
  ['keyhold:blind'],
  ['openid', 'keyhold:{action}', 'profile'],
  ['KEYHOLD'],
  ['keyhold '],
  ['kms'],
  ['keyhold:createKeyStore'],
  [{ type: 'keyhold' }],
  [{ type: 'other' }],
  [{ type: 'keyhold', actions: ['{action}'] }],
  [{ type: 'keyhold', actions: ['read', '{action}'] }],
  [{ type: 'keyhold', actions: [] }],
  [{ type: 'keyhold', actions: ['blind'] }],
  [{ type: 'other', actions: ['{action}'] }],
  [{ type: 'keyhold', locations: ['https://kms.example'] }],
  [{ type: 'keyhold', locations: ['https://kms.example/'] }],
  [{ type: 'keyhold', locations: ['https://kms.example/v1/keystores'] }],
  [{ type: 'keyhold', locations: ['{ks}'] }],
  [{ type: 'keyhold', locations: ['{key}'] }],
  [{ type: 'keyhold', locations: ['{ks}x'] }],
  [{ type: 'keyhold', locations: ['https://kms.exampl'] }],
  [{ type: 'keyhold', locations: ['https://'] }],
  [{ type: 'keyhold', locations: [] }],
  [{ type: 'keyhold', actions: ['{action}'], locations: ['{ks}'] }],
  [{ type: 'keyhold', actions: ['{action}'], locations: ['https://other.example'] }],
  [
    { type: 'keyhold', actions: ['{action}'], locations: [] },
    { type: 'keyhold', actions: [], locations: ['{ks}'] },
  ],
  [{ type: 'other' }, { type: 'keyhold', actions: ['{action}'] }],
]

/** What a token allows. */
export const rightCases: readonly TokenCase[] = each(
  rights,
  access => `rights ${show(access)}`,
  access => token({ access }),
)
