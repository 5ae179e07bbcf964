import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An empty directory that is removed when the test has ended. */
export async function temporaryDirectory(t: { teardown(fn: () => unknown): unknown }): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'keyhold-'))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  return directory
}
