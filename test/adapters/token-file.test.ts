import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { tokenOfFile } from '@keyhold/adapters/share-http/http-secret-shares.js'
import { readTokenFile } from '@keyhold/adapters/shared/token-file.js'
import t from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const directory = await temporaryDirectory(t)
const file = join(directory, 'token')

t.test('the token is what stands before the line end, read anew each time', async t => {
  const token = tokenOfFile(file)
  for (const content of ['a', 's.token\n', '!~\r\n', 'x'.repeat(4096), `${'x'.repeat(4096)}\r\n`]) {
    await writeFile(file, content)
    const expected = content.replace(/\r?\n$/, '')
    t.equal((await readTokenFile(file)).toString(), expected)
    t.equal(
      (await token()).lend(bytes => Buffer.from(bytes).toString()),
      expected,
    )
  }
})

t.test('anything else is no token', async t => {
  const contents = ['', '\n', '\r\n', 'a\n\n', 'a b', ' a', 'a\0', 'a\x7f', 'ä', 'a\r', 'a\nb\n', 'x'.repeat(4097)]
  for (const content of contents) {
    await writeFile(file, content)
    await t.rejects(readTokenFile(file), { name: 'TokenFileError', message: 'the token file holds no token' })
  }
})

t.test('what cannot be read is said without its path', async t => {
  const missing = { name: 'TokenFileError', message: 'the token file cannot be read (ENOENT)' }
  await t.rejects(readTokenFile(join(directory, 'missing')), missing)
  await t.rejects(readTokenFile(directory), { message: 'the token file cannot be read (EISDIR)' })
})

t.test('a pipe into which nobody writes does not keep anyone waiting', async t => {
  const pipe = join(directory, 'pipe')
  await promisify(execFile)('mkfifo', [pipe])
  await t.rejects(readTokenFile(pipe), { name: 'TokenFileError' })
})
