import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** Makes an empty directory that is removed when the test has ended. */
export async function temporaryDirectory(t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'keyhold-test-'))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  return directory
}
