import type { Moved, Plan } from '../plan.ts'
import { aCase, both, type Case, changed, eachOf, hasBody, invokes, isSigned, isTrustbloc, signature } from './case.ts'

const coverable = [
  '(key-id)',
  '(created)',
  '(expires)',
  '(request-target)',
  'host',
  'capability-invocation',
  'content-type',
  'digest',
]

/** What a signature is made over, and what is changed after it was made. */
export const coverageCases: readonly Case[] = [
  ...eachOf(
    coverable,
    part => `does not cover ${part}`,
    part => ({
      on: honest => honest.signature.covered.includes(part),
      change: honest => ({
        ...honest,
        ...signature(({ covered }) => ({ covered: covered.filter(name => name !== part) }))(honest),
      }),
    }),
  ),
  ...eachOf(
    coverable,
    part => `covers ${part} as well`,
    part => ({
      on: honest => isSigned(honest) && !honest.signature.covered.includes(part),
      change: honest => ({ ...honest, ...signature(({ covered }) => ({ covered: [...covered, part] }))(honest) }),
    }),
  ),
  ...eachOf(
    coverable,
    part => `covers ${part} alone`,
    part => changed(signature({ covered: [part] }), isSigned),
  ),
  aCase(
    'covers everything in another order',
    signature(({ covered }) => ({ covered: [...covered].reverse() })),
    isSigned,
  ),
  aCase(
    'covers a header that is not sent',
    signature(({ covered }) => ({ covered: [...covered, 'x-other'] })),
    isSigned,
  ),
  aCase(
    'covers a header that nobody knows',
    honest => ({
      besides: { 'x-other': 'value' },
      ...signature(({ covered }) => ({ covered: [...covered, 'x-other'] }))(honest),
    }),
    isSigned,
  ),
  aCase('carries a header that nobody knows', () => ({ besides: { 'x-other': 'value' } })),
  aCase('has a query', () => ({ query: '?page=2' })),
  aCase(
    'covers everything that strict demands',
    honest => ({
      digest: hasBody(honest) ? { header: 'SHA-512', of: 'body' } : honest.digest,
      ...signature({ covered: strictly(honest) })(honest),
    }),
    both(isSigned, isTrustbloc),
  ),
  aCase(
    'covers the time alone',
    honest => ({ digest: { header: 'empty', of: 'body' }, ...signature({ covered: ['(created)'] })(honest) }),
    both(isSigned, isTrustbloc),
  ),
  ...(
    [
      ['another method'],
      ['another path'],
      ['another query', '?page=2'],
      ['no query', '?page=2'],
      ['another keystore', '', honest => honest.route.proof !== 'admission'],
      ['another key', '', honest => honest.route.keyType !== undefined],
      ['another digest', '', hasBody],
      ['another action', '', invokes],
      ['another capability', '', invokes],
      ['another host'],
      ['another content type', '', hasBody],
      ['another time'],
      ['another expiry', '', honest => honest.signature.expires !== undefined],
      ['another form of the keyId'],
    ] as readonly [Moved, string?, ((honest: Plan) => boolean)?][]
  ).map(([moved, query = '', on = () => true]) =>
    aCase(`was signed for ${moved}`, () => ({ signedFor: [moved], query }), both(isSigned, on)),
  ),
  aCase('is sent for another host', () => ({ host: 'other.example' }), isSigned),
  aCase('is sent for another port', () => ({ host: 'kms.example:8443' }), isSigned),
  aCase(
    'was signed for this host and is sent for another',
    () => ({ host: 'other.kms.example', signedFor: ['another host'] }),
    isSigned,
  ),
]

function strictly(honest: Plan): string[] {
  const always = ['(request-target)', '(created)']
  return [...always, ...(invokes(honest) ? ['capability-invocation'] : []), ...(hasBody(honest) ? ['digest'] : [])]
}
