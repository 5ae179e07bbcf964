import type { Test } from 'tap'

/** Runs tests that do little but wait next to each other, as parts of one. */
export async function together(
  t: Test,
  name: string,
  tests: readonly (readonly [name: string, run: (t: Test) => Promise<void>])[],
): Promise<void> {
  await t.test(name, { jobs: 8 }, async t => {
    await Promise.all(tests.map(([name, run]) => t.test(name, { buffered: true }, run)))
  })
}
