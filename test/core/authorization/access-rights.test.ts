import { type AccessRight, readAccessRights } from '@keyhold/core'
import fc from 'fast-check'
import t from 'tap'
import { propertyRuns } from '../../support/property-runs.ts'

const read = (...rights: unknown[]) => readAccessRights(rights, 'keyhold')

const cases: readonly [name: string, right: unknown, expected: AccessRight | undefined][] = [
  ['the type itself', 'keyhold', {}],
  ['one action', 'keyhold:sign', { actions: ['sign'] }],
  ['creating keystores', 'keyhold:createKeyStore', { actions: ['createKeyStore'] }],
  ['an action that there is not', 'keyhold:everything', undefined],
  ['an action of the prototype', 'keyhold:constructor', undefined],
  ['no action', 'keyhold:', undefined],
  ['an action in another case', 'keyhold:Sign', undefined],
  ['another type that begins alike', 'keyholder', undefined],
  ['another type', 'openid', undefined],
  ['nothing', '', undefined],
  ['an object of the type', { type: 'keyhold' }, {}],
  ['with actions', { type: 'keyhold', actions: ['sign', 'read'] }, { actions: ['sign', 'read'] }],
  ['with no action', { type: 'keyhold', actions: [] }, { actions: [] }],
  [
    'with locations',
    { type: 'keyhold', locations: ['https://kms.example/', 'https://kms.example/v1/keystores/a'] },
    { locations: ['https://kms.example', 'https://kms.example/v1/keystores/a'] },
  ],
  ['with no location', { type: 'keyhold', locations: [] }, { locations: [] }],
  [
    'with locations below which would be everything',
    { type: 'keyhold', locations: ['', '/', 'https:', 'https:/', 'https://', 'https:///', '//kms.example', '*'] },
    { locations: [] },
  ],
  ['with members that are not known', { type: 'keyhold', 'subject-keys': ['sub'] }, {}],
  ['narrowed to a datatype', { type: 'keyhold', datatypes: ['keys'] }, undefined],
  ['narrowed to an identifier', { type: 'keyhold', identifier: 'a' }, undefined],
  ['narrowed to privileges', { type: 'keyhold', privileges: ['admin'] }, undefined],
  ['of another type', { type: 'other', actions: ['sign'] }, undefined],
  ['of no type', { actions: ['sign'] }, undefined],
  ['of a type that is no text', { type: ['keyhold'] }, undefined],
  ['with actions that are none', { type: 'keyhold', actions: 'sign' }, undefined],
  ['with an action that is none', { type: 'keyhold', actions: ['sign', 1] }, undefined],
  ['with actions of null', { type: 'keyhold', actions: null }, undefined],
  ['with locations that are none', { type: 'keyhold', locations: 'https://kms.example' }, undefined],
  ['null', null, undefined],
  ['a number', 7, undefined],
  ['a list', ['keyhold'], undefined],
]

t.test('what a right allows', async t => {
  for (const [name, right, expected] of cases) t.strictSame(read(right), expected ? [expected] : [], name)
})

t.test('several add up, and what cannot be read takes nothing from the others', async t => {
  t.strictSame(read('keyhold:sign', null, 'openid', { type: 'keyhold', actions: ['verify'] }), [
    { actions: ['sign'] },
    { actions: ['verify'] },
  ])
})

t.test('anything at all can be read', async () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), rights => Array.isArray(read(...rights))),
    propertyRuns,
  )
})
