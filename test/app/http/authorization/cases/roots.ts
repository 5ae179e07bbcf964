import type { RootLooks } from '../plan.ts'
import { aCase, all, both, type Case, changed, eachOf, isRoot, isTrustbloc, root, signature } from './case.ts'

const looks: readonly RootLooks[] = [
  'forged by its sender',
  'with another proof',
  'with fewer actions',
  'with another target',
  'with an old expiry',
  'with a parent',
  'with an unknown member',
  'without an id',
  'without a proof',
]

const strangers = signature({ by: 'stranger', keyId: { of: 'stranger', form: 'url' } })

/** Roots are decided by the store: what is sent may say which one is meant, and nothing else. */
export const rootCases: readonly Case[] = [
  ...eachOf(
    ['sibling', "stranger's", 'nothing'] as const,
    of => `root: that of the ${of === 'nothing' ? 'keystore that is not there' : `${of} keystore`}`,
    of => changed(root({ of }), isRoot),
  ),
  ...eachOf(
    looks,
    looks => `root: ${looks}`,
    looks => changed(root({ looks }), both(isRoot, isTrustbloc)),
  ),
  ...eachOf(
    looks,
    looks => `root: ${looks}, by a stranger`,
    looks => changed(all(root({ looks }), strangers), both(isRoot, isTrustbloc)),
  ),
  aCase("root: the stranger's own, by the stranger", all(root({ of: "stranger's" }), strangers), isRoot),
]
