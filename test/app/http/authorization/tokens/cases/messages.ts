import type { DigestPlan, Moved } from '../plan.ts'
import { each, hasBody, signature, type TokenCase } from './case.ts'

/** When a request was signed. */
export const timeCases: readonly TokenCase[] = [
  ...each(
    [-31_536_000, -3600, -61, -60, -59, -1, 1, 29, 30, 31, 60, 3600],
    created => `created at ${created} s`,
    created => signature({ created }),
  ),
  ...each(
    [999, 30_000, 59_999, 60_000, 60_001, 300_000],
    later => `arrives after ${later} ms`,
    later => () => ({ later }),
  ),
  ...each(
    [
      [0, 0],
      [0, 600],
      [0, 601],
      [0, -1],
      [-50, -31],
      [-50, -30],
      [30, 630],
      [30, 631],
    ] as const,
    times => `created and expiring at ${times}`,
    ([created, expires]) => signature({ created, expires }),
  ),
  { name: 'does not say when it was made', change: signature({ created: undefined }) },
]

const moves: readonly Moved[] = [
  'another method',
  'another path',
  'another keystore',
  'no query',
  'another query',
  'another host',
  'http',
  'another token',
  'another digest',
]

const digests: readonly DigestPlan['header'][] = [
  'content-digest',
  'content-digest sha-512',
  'digest',
  'content-digest md5',
  'two digests',
  'absent',
]

/** What a request was signed for. */
export const bodyCases: readonly TokenCase[] = [
  ...each(
    moves,
    moved => `signed for ${moved}`,
    moved => () => ({ signedFor: [moved], query: '?a=b' }),
  ),
  { name: 'with a query', change: () => ({ query: '?a=b' }) },
  ...digests.flatMap(header =>
    each(
      ['body', 'other body', 'no bytes'] as const,
      of => `${header} of ${of}`,
      of =>
        ({ signature }) => ({
          digest: { header, of },
          signature: {
            ...signature,
            covered: [
              ...signature.covered.filter(name => name !== 'content-digest'),
              ...(header === 'absent' ? [] : [header.split(' ')[0]?.replace('two', 'content-digest') ?? '']),
            ],
          },
        }),
    ),
  ),
  { name: 'no body', on: hasBody, change: () => ({ body: 'absent' }) },
  {
    name: 'no body, and the digest of none',
    on: hasBody,
    change: () => ({ body: 'absent', digest: { header: 'content-digest', of: 'no bytes' } }),
  },
]

/** The same request once more. */
export const repetitionCases: readonly TokenCase[] = each(
  [0, 1, 999, 1000, 1001, 2000, 29_000, 59_000, 60_001],
  repeatedAfter => `repeated after ${repeatedAfter} ms`,
  repeatedAfter => () => ({ repeatedAfter }),
)
