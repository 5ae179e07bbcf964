import type { DigestPlan } from '../plan.ts'
import { aCase, both, type Case, changed, eachOf, hasBody, isSigned, signature } from './case.ts'

const headers: readonly DigestPlan['header'][] = [
  'SHA-256',
  'SHA-512',
  'mh',
  'sha-256',
  'MD5',
  'SHA',
  'SHA-384',
  'unixsum',
  'SHA-256 as base64url',
  'SHA-256 truncated',
  'SHA-256 and SHA-512',
  'mh of SHA-512',
  'mh as base58',
  'no name',
  'empty',
  'absent',
]

const covering = signature(({ covered }) => ({ covered: Array.from(new Set([...covered, 'digest'])) }))
const notCovering = signature(({ covered }) => ({ covered: covered.filter(name => name !== 'digest') }))

/** The digest that is signed, and the body that comes. */
export const digestCases: readonly Case[] = [
  ...eachOf(
    headers,
    header => `digest: ${header}, covered`,
    header => changed(honest => ({ digest: { header, of: 'body' }, ...covering(honest) }), both(isSigned, hasBody)),
  ),
  ...eachOf(
    headers,
    header => `digest: ${header}, not covered`,
    header => changed(honest => ({ digest: { header, of: 'body' }, ...notCovering(honest) }), both(isSigned, hasBody)),
  ),
  ...eachOf(
    ['SHA-256', 'SHA-512', 'mh'] as const,
    header => `digest: ${header} of another body`,
    header =>
      changed(honest => ({ digest: { header, of: 'other body' }, ...covering(honest) }), both(isSigned, hasBody)),
  ),
  aCase(
    'digest: of another body, not covered',
    honest => ({ digest: { header: 'SHA-256', of: 'other body' }, ...notCovering(honest) }),
    both(isSigned, hasBody),
  ),
  aCase(
    'digest: of no bytes where there is a body',
    honest => ({ digest: { header: 'SHA-256', of: 'no bytes' }, ...covering(honest) }),
    both(isSigned, hasBody),
  ),
  aCase(
    'digest: the body that was signed does not come',
    honest => ({ body: 'absent', digest: { header: 'SHA-256', of: 'body' }, ...covering(honest) }),
    both(isSigned, hasBody),
  ),
  aCase(
    'digest: of no bytes, and no body comes',
    honest => ({ body: 'absent', digest: { header: 'SHA-256', of: 'no bytes' }, ...covering(honest) }),
    both(isSigned, hasBody),
  ),
  aCase(
    'digest: of no bytes where a body has no place',
    honest => ({ digest: { header: 'SHA-512', of: 'no bytes' }, ...covering(honest) }),
    both(isSigned, honest => !hasBody(honest)),
  ),
  aCase(
    'digest: of other bytes where a body has no place',
    honest => ({ digest: { header: 'SHA-256', of: 'other body' }, ...covering(honest) }),
    both(isSigned, honest => !hasBody(honest)),
  ),
  aCase(
    'digest: empty where a body has no place',
    () => ({ digest: { header: 'empty', of: 'body' } }),
    both(isSigned, honest => !hasBody(honest)),
  ),
  aCase(
    'body: none where one is needed',
    honest => ({
      body: 'absent',
      digest: { header: 'absent', of: 'body' },
      ...signature(({ covered }) => ({
        covered: covered.filter(name => name !== 'digest' && name !== 'content-type'),
      }))(honest),
    }),
    hasBody,
  ),
]
