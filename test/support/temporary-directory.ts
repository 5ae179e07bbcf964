import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** A new, empty directory that only its owner can enter. It is removed when the test has ended. */
export async function temporaryDirectory(t: Pick<Test, 'teardown'>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'keyhold-test-'))
  // A service that is ending may still write there: then what was made meanwhile is removed as well.
  t.teardown(() => rm(directory, { recursive: true, force: true, maxRetries: 20 }))
  return directory
}
