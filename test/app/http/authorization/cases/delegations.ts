import { actorNames } from '../actors.ts'
import { aCase, all, type Case, changed, eachOf, invokesDelegated, isDelegated, leaf, signature } from './case.ts'

const strangers = signature({ by: 'stranger', keyId: { of: 'stranger', form: 'url' } })

/** Who delegates what to whom, below what. */
export const delegationCases: readonly Case[] = [
  ...eachOf(
    actorNames.filter(name => name !== 'owner'),
    by => `delegation: by the ${by}`,
    by => changed(leaf({ by, names: by }), isDelegated),
  ),
  ...eachOf(
    actorNames.filter(name => name !== 'owner'),
    by => `delegation: by the ${by}, naming the controller's key`,
    by => changed(leaf({ by }), isDelegated),
  ),
  ...eachOf(
    actorNames.filter(name => name !== 'owner'),
    names => `delegation: by the controller, naming the key of the ${names}`,
    names => changed(leaf({ names }), isDelegated),
  ),
  aCase(
    'delegation: by a stranger to itself',
    all(leaf({ by: 'stranger', names: 'stranger', to: 'stranger' }), strangers),
    invokesDelegated,
  ),
  aCase(
    "delegation: by a stranger to itself, naming the controller's key",
    all(leaf({ by: 'stranger', to: 'stranger' }), strangers),
    invokesDelegated,
  ),
  aCase(
    'delegation: by the controller to itself',
    all(leaf({ to: 'owner' }), signature({ by: 'owner', keyId: { of: 'owner', form: 'url' } })),
    invokesDelegated,
  ),
  ...eachOf(
    ['sibling', "stranger's", 'itself', 'unknown', 'absent'] as const,
    parent => `delegation: its parent is ${parent}`,
    parent => changed(leaf({ parent }), isDelegated),
  ),
  ...eachOf(
    ['absent', 'empty', 'sibling', 'with itself'] as const,
    chain => `delegation: its chain is ${chain}`,
    chain => changed(leaf({ chain }), isDelegated),
  ),
  aCase(
    'delegation: of the sibling keystore',
    leaf({ parent: 'sibling', chain: 'sibling', target: '{sibling}' }),
    isDelegated,
  ),
  aCase(
    'delegation: of the sibling keystore, with this one as its target',
    leaf({ parent: 'sibling', chain: 'sibling' }),
    isDelegated,
  ),
  aCase('delegation: with the id of the root', leaf({ id: 'of the root' }), isDelegated),
  ...eachOf(
    ['bit flipped', 'of another capability', 'not a signature', 'two proofs', 'no proof'] as const,
    proof => `delegation: its proof is ${proof}`,
    proof => changed(leaf({ proof }), isDelegated),
  ),
  ...eachOf(
    [undefined, [], ['wrap'], ['wrap', 'unwrap'], ['signMulti'], ['createKey', 'sign', 'export']],
    actions => `delegation: of ${actions === undefined ? 'all actions' : `the actions [${actions}]`}`,
    actions => changed(leaf({ actions }), invokesDelegated),
  ),
  aCase(
    'delegation: of the one action',
    leaf(({ actions = [] }) => ({ actions: actions.slice(0, 1) })),
    isDelegated,
  ),
  aCase(
    'delegation: of the action in another case',
    leaf(({ actions = [] }) => ({ actions: actions.map(each => each.toUpperCase()) })),
    invokesDelegated,
  ),
  aCase(
    'delegation: invoked by the controller',
    signature({ by: 'owner', keyId: { of: 'owner', form: 'url' } }),
    invokesDelegated,
  ),
]
