import type { CapabilityText, InvocationForm } from '../text-forms.ts'
import { aCase, both, type Case, changed, eachOf, invocation, invokes, isCcg, isRoot, isTrustbloc } from './case.ts'

const forms: readonly InvocationForm[] = [
  'upper-case scheme',
  'absent',
  'empty',
  'other scheme',
  'no action',
  'empty action',
  'action first',
  'space after the comma',
  'two spaces after the scheme',
  'capability twice',
  'action twice',
  'unknown parameter',
  'unquoted',
  'id and capability',
  'trailing comma',
]

const texts: readonly CapabilityText[] = [
  'other padding',
  'stray character',
  'half',
  'not compressed',
  'deflate',
  'bomb',
  'oversized',
  'not JSON',
  'null',
  'number',
  'text',
  'list',
  'empty',
]

/** What is invoked, and how it is written. A header that is covered and not sent cannot be verified in any case. */
export const invocationTextCases: readonly Case[] = [
  ...eachOf(
    forms,
    form => `invocation: ${form}`,
    form => changed(invocation({ form }), invokes),
  ),
  aCase(
    'invocation: neither sent nor covered',
    honest => ({
      ...invocation({ form: 'absent' })(honest),
      signature: {
        ...honest.signature,
        covered: honest.signature.covered.filter(name => name !== 'capability-invocation'),
      },
    }),
    invokes,
  ),
  ...eachOf(
    texts,
    text => `capability: ${text}`,
    text =>
      changed(
        invocation({ text }),
        both(invokes, ({ invocation: { by } }) => by === 'capability'),
      ),
  ),
  aCase('a root by its id in the dialect that has none', invocation({ by: 'id' }), both(invokes, isTrustbloc)),
  aCase(
    'a root as an object in the dialect that has none',
    invocation({ by: 'capability' }),
    both(invokes, isCcg, isRoot),
  ),
  ...eachOf(
    ['unwrap', 'wrap', 'Sign', 'SIGN', 'signMulti', 'everything', 'write', 'read'],
    action => `invokes the action ${action}`,
    action => changed(invocation({ action }), invokes),
  ),
]
