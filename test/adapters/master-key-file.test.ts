import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { MasterKeyFileError, makeMasterKeyFile } from '@keyhold/adapters'
import { readMasterKey } from '@keyhold/adapters/lock-local/master-key-file.js'
import t, { type Test } from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** Its base64 text has both letters in which the alphabets differ. */
const key = Buffer.from(`${'ab+/'.repeat(10)}abc=`, 'base64')
const hex = key.toString('hex')
const base64 = key.toString('base64')
const base64url = key.toString('base64url')

await t.test('accepted forms', async t => {
  const forms: Record<string, Buffer | string> = {
    raw: key,
    'hex in lower case': hex,
    'hex in upper case': hex.toUpperCase(),
    'hex in mixed case': hex.slice(0, 32) + hex.slice(32).toUpperCase(),
    base64,
    'base64 without padding': base64.replace('=', ''),
    base64url,
    'base64url with padding': `${base64url}=`,
  }
  for (const [name, form] of Object.entries(forms)) {
    for (const [ending, end] of Object.entries({ 'no line end': '', LF: '\n', CRLF: '\r\n' })) {
      if (form === key && end !== '') continue
      const read = await readMasterKey(await keyFile(t, Buffer.concat([Buffer.from(form), Buffer.from(end)])))
      t.equal(await read.spend(bytes => Buffer.from(bytes).toString('hex')), hex, `${name}, ${ending}`)
    }
  }
})

await t.test('refused contents', async t => {
  const text = 'correct horse battery staple 32!'
  const contents: Record<string, Buffer | string> = {
    'an empty file': '',
    'a line end': '\n',
    'one raw byte short': key.subarray(1),
    'one raw byte more': Buffer.concat([key, key.subarray(0, 1)]),
    'raw with a line end': Buffer.concat([key, Buffer.from('\n')]),
    'raw, AES-128': key.subarray(0, 16),
    'raw, AES-192': key.subarray(0, 24),
    'hex, AES-128': hex.slice(0, 32),
    'hex, AES-192': hex.slice(0, 48),
    'base64, AES-128': key.subarray(0, 16).toString('base64'),
    'base64, AES-192': key.subarray(0, 24).toString('base64'),
    '32 printable characters': text,
    'a passphrase': 'correct horse battery staple',
    'hex, a digit short': hex.slice(1),
    'hex, a digit more': `${hex}0`,
    'hex, a letter that is no digit': `g${hex.slice(1)}`,
    'hex with a prefix': `0x${hex}`,
    'hex with spaces': hex.replace(/../g, '$& '),
    'base64, a character short': base64.slice(1),
    'base64, a character more': `A${base64}`,
    'base64 of 33 bytes': Buffer.concat([key, key.subarray(0, 1)]).toString('base64'),
    'base64, padded twice': `${base64}=`,
    'base64 with a stray bit in the last letter': base64.replace(/.=$/, last => `${nextLetter(last[0])}=`),
    'mixed alphabets': base64.replace('+', '-'),
    'a space before': ` ${base64}`,
    'a space behind': `${base64} `,
    'a tab behind': `${hex}\t`,
    'a line end inside': `${base64.slice(0, 20)}\n${base64.slice(20)}`,
    'two line ends': `${base64}\n\n`,
    'a second line': `${hex}\n${hex}\n`,
    'a byte order mark': `\ufeff${base64}`,
    'a quoted text': `"${base64}"`,
    'an assignment': `KEY=${base64}`,
    'a long file': Buffer.alloc(100_000, 'a'),
    'a PEM frame': `-----BEGIN KEY-----\n${base64}\n-----END KEY-----\n`,
    'all zero, raw': Buffer.alloc(32),
    'all zero, hex': '0'.repeat(64),
    'all zero, base64': Buffer.alloc(32).toString('base64'),
  }
  for (const [name, content] of Object.entries(contents)) {
    await t.test(name, async t => {
      const file = await keyFile(t, content)
      const message = await refusal(t, file)
      t.match(message, /npm run keygen/, 'says how to mend it')
      const shown = fragments(Buffer.from(content)).filter(part => message.includes(part))
      t.strictSame(shown, [], 'shows nothing of the content')
    })
  }
})

await t.test('refused files', async t => {
  const directory = await temporaryDirectory(t)
  await mkdir(join(directory, 'directory'), { mode: 0o700 })
  await promisify(execFile)('mkfifo', ['-m', '600', join(directory, 'pipe')])
  await writeFile(join(directory, 'file'), base64, { mode: 0o600 })
  const refusals: [name: string, mend: RegExp][] = [
    ['missing', /npm run keygen/],
    ['directory', /name a file/],
    ['pipe', /name a file/],
    ['file/beneath', /name a file/],
  ]
  for (const [name, mend] of refusals) {
    await t.test(name, async t => {
      t.match(await refusal(t, join(directory, name)), mend, 'says how to mend it')
    })
  }
})

await t.test('a file that others can read or change is refused', async t => {
  const file = await keyFile(t, base64)
  for (const mode of [0o640, 0o644, 0o620, 0o604, 0o602, 0o601, 0o610, 0o666, 0o777, 0o440]) {
    await chmod(file, mode)
    const message = await refusal(t, file)
    t.ok(message.includes(`chmod 600 ${file}`), `${mode.toString(8)}: says how to mend it`)
    t.notOk(message.includes(base64.slice(0, 8)), 'shows nothing of the content')
  }
  for (const mode of [0o600, 0o400, 0o700]) {
    await chmod(file, mode)
    t.equal((await readMasterKey(file)).length, 32, mode.toString(8))
  }
})

await t.test('a new file: of the owner alone, and readable as a key', async t => {
  const directory = await temporaryDirectory(t)
  for (const umask of [0o022, 0]) {
    const before = process.umask(umask)
    t.teardown(() => process.umask(before))
    const file = join(directory, `umask ${umask}`)
    t.equal(await makeMasterKeyFile(file), true)
    t.equal(((await stat(file)).mode & 0o777).toString(8), '600', `mode with umask ${umask}`)
    t.match(await readFile(file, 'latin1'), /^[A-Za-z0-9+/]{43}=\n$/)
    t.equal((await readMasterKey(file)).length, 32)
  }
  const [one, two] = await Promise.all(
    (await readdir(directory)).map(file => readFile(join(directory, file), 'latin1')),
  )
  t.not(one, two, 'each has a key of its own')
})

await t.test('a new file never replaces anything', async t => {
  const file = await keyFile(t, 'whatever it is')
  t.equal(await makeMasterKeyFile(file), false)
  t.equal(await readFile(file, 'utf8'), 'whatever it is')
  const directory = await temporaryDirectory(t)
  await mkdir(join(directory, 'taken'))
  t.equal(await makeMasterKeyFile(join(directory, 'taken')), false, 'nor a directory')
  t.strictSame(await readdir(directory), ['taken'], 'no draft is left')
})

await t.test('of many makers exactly one makes the file, and all read its key', async t => {
  const directory = await temporaryDirectory(t)
  const file = join(directory, 'master.key')
  const makers = Array.from({ length: 16 }, async () => {
    const made = await makeMasterKeyFile(file)
    const read = await readMasterKey(file)
    return { made, key: await read.spend(bytes => Buffer.from(bytes).toString('hex')) }
  })
  const results = await Promise.all(makers)
  t.equal(results.filter(({ made }) => made).length, 1)
  t.equal(new Set(results.map(({ key }) => key)).size, 1)
  t.strictSame(await readdir(directory), ['master.key'], 'no draft is left')
})

await t.test('where no file can be made, none is left half made', async t => {
  const directory = await temporaryDirectory(t)
  await writeFile(join(directory, 'file'), '')
  for (const path of ['no/such/directory', 'file/beneath']) {
    await t.rejects(makeMasterKeyFile(join(directory, path)), MasterKeyFileError, path)
  }
  t.strictSame(await readdir(directory), ['file'])
})

async function keyFile(t: Test, content: Buffer | string): Promise<string> {
  const file = join(await temporaryDirectory(t), 'master.key')
  await writeFile(file, content, { mode: 0o600 })
  return file
}

/** The message with which a file is refused, which must name it. */
async function refusal(t: Test, file: string): Promise<string> {
  const error = await readMasterKey(file).catch((error: unknown) => error)
  t.ok(error instanceof MasterKeyFileError, 'is refused')
  const { message } = error as Error
  t.ok(message.startsWith(`${file}: `), 'names the file')
  return message.slice(file.length)
}

/** Everything of eight characters that stands in a content, as text and as hex. */
function fragments(content: Buffer): string[] {
  const texts = [content.subarray(0, 200).toString('latin1'), content.subarray(0, 200).toString('hex')]
  return texts.flatMap(text => Array.from({ length: Math.max(0, text.length - 7) }, (_, i) => text.slice(i, i + 8)))
}

/** The letter of the base64 alphabet whose value is one more: another spelling of the same bytes. */
function nextLetter(letter = 'A'): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return alphabet[alphabet.indexOf(letter) + 1] ?? '/'
}
