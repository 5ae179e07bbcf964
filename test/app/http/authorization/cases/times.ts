import { aCase, all, both, type Case, changed, eachOf, isSigned, isTrustbloc, signature } from './case.ts'

/** When a request was signed, and for how long. Seconds, unless it says otherwise. */
const expiring = (created: number, expires: number) =>
  signature(({ covered }) => ({ created, expires, covered: Array.from(new Set([...covered, '(expires)'])) }))

export const timeCases: readonly Case[] = [
  ...eachOf(
    [1, 2, 29, 30, 31, 60, 300, 600, 86_400, 31_536_000],
    seconds => `created ${seconds} s ahead`,
    seconds =>
      changed(
        signature(({ expires }) => ({ created: seconds, expires: expires && expires + seconds })),
        isSigned,
      ),
  ),
  ...eachOf(
    [1, 29, 30, 31, 59, 60, 61, 150, 299, 300, 301, 600, 3600, 86_400, 31_536_000],
    seconds => `created ${seconds} s ago`,
    seconds =>
      changed(
        signature(({ expires }) => ({ created: -seconds, expires: expires && 300 - Math.min(seconds, 300) })),
        isSigned,
      ),
  ),
  ...eachOf(
    [1, 999, 30_000, 59_999, 60_000, 60_001, 299_999, 300_000, 300_001, 330_001, 3_600_000],
    later => `arrives ${later} ms after it was signed`,
    later => changed(() => ({ later }), isSigned),
  ),
  ...eachOf(
    [
      [0, 0],
      [0, 1],
      [0, 599],
      [0, 600],
      [0, 601],
      [0, 3600],
      [0, -1],
      [10, 9],
      [-40, -29],
      [-40, -30],
      [-40, -31],
      [-50, -49],
      [-200, 400],
      [-200, 401],
      [30, 630],
      [30, 631],
    ],
    ([created, expires]) => `created at ${created} and expiring at ${expires} s`,
    ([created = 0, expires = 0]) => changed(expiring(created, expires), isSigned),
  ),
  ...eachOf(
    [30_000, 30_001, 31_000],
    later => `arrives ${later} ms after it expires`,
    later =>
      changed(
        all(expiring(0, 0), () => ({ later })),
        isSigned,
      ),
  ),
  aCase('does not say when it was made', signature({ created: undefined }), isSigned),
  aCase(
    'says when it expires without covering it',
    signature(({ covered }) => ({ expires: 60, covered: covered.filter(name => name !== '(expires)') })),
    isSigned,
  ),
  aCase(
    'covers when it expires without saying it',
    signature(({ covered }) => ({ expires: undefined, covered: Array.from(new Set([...covered, '(expires)'])) })),
    isSigned,
  ),
  aCase('says when it expires', expiring(0, 60), both(isSigned, isTrustbloc)),
]
