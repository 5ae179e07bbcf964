import { KmsError, type SecretSharePort } from '@keyhold/core'
import type { Test } from 'tap'
import { hostileTexts, shown } from './hostile-texts.ts'
import { outcome } from './outcome.ts'

/**
 * Everything that `SecretSharePort` promises. An adapter's test calls this with a function that opens a holder of
 * exactly the given shares each time it is called, and registers its teardown with the `t` it is given:
 * `await secretShareContract(t, async (t, shares) => openMyShares(…))`.
 */
export async function secretShareContract(
  t: Test,
  open: (t: Test, shares: ReadonlyMap<string, Uint8Array>) => Promise<SecretSharePort>,
): Promise<void> {
  await t.test("a subject's share is answered byte for byte", async t => {
    const shares = sharesOf(['one', 'two', 'did:key:z6Mk'])
    const holder = await open(t, shares)
    for (const [subject, share] of shares) t.equal(await fetched(holder, subject), hex(share), subject)
  })

  await t.test('every call answers a copy of its own', async t => {
    const shares = sharesOf(['one'])
    const expected = hex(shares.get('one') ?? new Uint8Array(0))
    const holder = await open(t, shares)
    const first = await holder.fetchShare('one')
    first.lend(bytes => bytes.fill(0xff))
    first.wipe()
    const kept = await holder.fetchShare('one')
    t.equal(await fetched(holder, 'one'), expected, 'after another was wiped')
    await holder.close()
    t.equal(await kept.spend(hex), expected, 'also one that was fetched before the holder was closed')
  })

  await t.test('an unknown subject is refused, always in the same words', async t => {
    const holder = await open(t, sharesOf(['one']))
    const messages = new Set<string>()
    for (const subject of ['', 'two', 'One', 'one ', 'on', 'onee', 'one\0', ...hostileTexts]) {
      const error = await holder.fetchShare(subject).catch((error: unknown) => error)
      const code = error instanceof KmsError ? error.code : error
      t.equal(code, 'SHARE_REJECTED', shown(subject))
      if (error instanceof Error) messages.add(error.message)
    }
    t.equal(messages.size, 1)
  })

  await t.test('hostile subjects are data', async t => {
    const shares = sharesOf(hostileTexts)
    const holder = await open(t, shares)
    for (const [subject, share] of shares) {
      t.equal(await fetched(holder, subject), hex(share), shown(subject))
    }
  })

  await t.test('calls may run in parallel', async t => {
    const shares = sharesOf(Array.from({ length: 32 }, (_, i) => `subject ${i}`))
    const holder = await open(t, shares)
    const answers = await Promise.all(Array.from(shares.keys(), subject => fetched(holder, subject)))
    t.strictSame(answers, Array.from(shares.values(), hex))
  })

  await t.test('check resolves while the holder is open', async t => {
    t.equal(await (await open(t, sharesOf([]))).check(), undefined)
  })

  await t.test('after close every call answers SHARE_UNAVAILABLE', async t => {
    const holder = await open(t, sharesOf(['one']))
    t.equal(await holder.close(), undefined)
    const calls: Record<string, () => Promise<unknown>> = {
      fetchShare: () => holder.fetchShare('one'),
      'fetchShare of an unknown subject': () => holder.fetchShare('two'),
      check: () => holder.check(),
    }
    for (const [name, call] of Object.entries(calls)) t.equal(await outcome(call), 'SHARE_UNAVAILABLE', name)
    t.equal(await holder.close(), undefined, 'close may be called again')
  })
}

/** A share of 33 bytes for each subject, each another. */
function sharesOf(subjects: readonly string[]): Map<string, Uint8Array> {
  return new Map(
    subjects.map((subject, i) => [subject, Uint8Array.from({ length: 33 }, (_, at) => (i * 7 + at * 3) & 0xff)]),
  )
}

async function fetched(holder: SecretSharePort, subject: string): Promise<string> {
  return (await holder.fetchShare(subject)).spend(hex)
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
