import type { Plan } from '../plan.ts'
import { aCase, all, both, type Case, changed, eachOf, invokesDelegated, leaf } from './case.ts'

const ofKey = ({ route }: Plan): boolean => route.keyType !== undefined
const ofKeystore = (plan: Plan): boolean => !ofKey(plan)

/** Targets of delegations, from which the request must not lead out. */
const targets = [
  '{ks}',
  '{ks}/',
  '{ks}//',
  '{ks}#',
  '{ks}?',
  '{ks}?keys',
  '{ks}/keys',
  '{ks}/keys/',
  '{ks}/keys/{key}',
  '{ks}/keys/{key}/',
  '{ks}/keys/{key}/sign',
  '{ks}/keys/2',
  '{ks}/keys/10',
  '{ks}/keys/%31',
  '{ks}%2fkeys%2f1',
  '{ks}/keys/../keys/1',
  '{ks}/./keys',
  '{ks}/..',
  '{ks}/../other',
  '{ks}/zcaps',
  '{shortened}',
  '{sibling}',
  "{stranger's}",
  '{other case}',
  '{HOST}',
  '{base}/v1/keystores',
  '{base}/v1',
  '{base}',
  'https:/',
  'https:',
  'http://kms.example{path}',
  'https://kms.example:443{path}',
  'https://kms.example:8443{path}',
  'https://owner@kms.example{path}',
  'https://kms.example.evil.example{path}',
  'urn:zcap:everything',
]

/** Paths of the key in the URL: what is written, and what the router makes of it. */
const written = [
  ['2', '2'],
  ['10', '10'],
  ['1x', '1x'],
  ['%31', '1'],
  ['%32', '2'],
  ['1%2f..%2f2', '1/../2'],
  ['1%2F2', '1/2'],
  ['1%2f', '1/'],
  ['..%2f1', '../1'],
  ['1%00', '1\0'],
  ['1%20', '1 '],
  ['1%23', '1#'],
  ['1%3f', '1?'],
  ['%2531', '%31'],
  ['1;2', '1;2'],
] as const

/** A delegation of one key, and a request for this or another one. */
export const targetCases: readonly Case[] = [
  ...eachOf(
    targets,
    target => `target ${target}`,
    target => changed(leaf({ target: target.replace('{key}', '1') }), invokesDelegated),
  ),
  ...eachOf(
    ['{ks}', '{ks}/keys', '{ks}/keys/2', '{sibling}', "{stranger's}", '{base}', '{ks}/keys/10', '{shortened}'],
    target => `target ${target}, written after the proof was made`,
    target => changed(leaf({ rewritten: { target } }), invokesDelegated),
  ),
  ...written.map(([path, routed]) =>
    aCase(
      `a capability of key 1, a request to key ${path}`,
      all(leaf({ target: '{ks}/keys/1' }), () => ({ key: { written: path, routed } })),
      both(invokesDelegated, ofKey),
    ),
  ),
  ...written.map(([path, routed]) =>
    aCase(
      `a capability of the keystore, a request to key ${path}`,
      () => ({ key: { written: path, routed } }),
      both(invokesDelegated, ofKey),
    ),
  ),
  aCase(
    'a capability of key 1 for a request to the keystore',
    leaf({ target: '{ks}/keys/1' }),
    both(invokesDelegated, ofKeystore),
  ),
]
