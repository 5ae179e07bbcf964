import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from '@keyhold/scripts/http-client.js'
import { startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { keyhold } from '../../support/cli-process.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

t.test('a log is fetched, read out of the store, and verified', async t => {
  const directory = await temporaryDirectory(t)
  const service = await startService({ directory })
  t.teardown(() => service.stop())
  const create = async () => {
    const { body } = await request('POST', `${service.url}/v1/keystores`, { controller: 'did:example:alice' })
    await request('POST', `${body.key_store_url}/keys`, { key_type: 'ED25519' })
    return body.key_store_url as string
  }
  const [one, two] = [await create(), await create()]
  const fetched = await keyhold(['log', 'fetch', one])
  t.match(fetched, { code: 0, stdout: /"operation":"createKeyStore".*\n.*"type":"begin".*\n$/ })
  await writeFile(join(directory, 'fetched'), fetched.stdout)
  t.match(await keyhold(['log', 'verify', 'fetched'], { directory }), {
    code: 0,
    stdout: /^3 entries in 1 chains\nof keystore .*\nnot signed, .*\nnothing is missing or changed\n$/,
  })
  await service.stop()

  const id = (url: string) => url.slice(url.lastIndexOf('/') + 1)
  const environment = { KMS_DATABASE_URL: join(directory, 'keyhold-data') }
  for (const [file, args] of [
    ['one', [id(one)]],
    ['two', [id(two)]],
    ['server', []],
  ] as const) {
    const read = await keyhold(['log', 'read', ...args], { environment, directory })
    t.equal(read.code, 0, read.stderr)
    await writeFile(join(directory, file), read.stdout)
  }
  const whole = await keyhold(['log', 'verify', 'one', 'two', 'server', '--json'], { directory })
  const report = JSON.parse(whole.stdout)
  t.match(report, { keystores: [id(one), id(two), ''], open: [], faults: [] }, 'a stop has signed all')
  t.equal(whole.code, 0)
  const [signer] = report.signers
  t.equal((await keyhold(['log', 'verify', '--signer', signer, 'one'], { directory })).code, 0)
  const lines = (await readFile(join(directory, 'one'), 'utf8')).split('\n')
  await writeFile(join(directory, 'head'), `${lines[0]}\n`)
  const { chain } = JSON.parse(lines[0] ?? '')

  const spoilt: readonly (readonly [name: string, text: string, args: readonly string[], said: RegExp])[] = [
    [
      'an entry is missing',
      lines.toSpliced(2, 1).join('\n'),
      [],
      new RegExp(`^MISSING: entry 3 of chain ${chain}$`, 'm'),
    ],
    ['one is changed', lines.join('\n').replace('"status":200', '"status":403'), [], /^CHANGED: entry 4 of chain/m],
    [
      'two are exchanged',
      lines
        .with(1, lines[2] ?? '')
        .with(2, lines[1] ?? '')
        .join('\n'),
      [],
      /^REORDERED: entry /m,
    ],
    ['it is cut', '', ['--kept', 'head'], /^MISSING: entries 1 to 5 of chain/m],
    ['a whole chain is away', lines.slice(4).join('\n'), ['server'], /^MISSING: entries 2 to 5 of chain/m],
    ['there is something else', `x\n${lines.join('\n')}`, [], /^UNREADABLE: line 1 is no entry$/m],
  ]
  for (const [name, text, args, said] of spoilt) {
    await writeFile(join(directory, 'spoilt'), text)
    t.match(await keyhold(['log', 'verify', 'spoilt', ...args], { directory }), { code: 5, stdout: said }, name)
  }
  t.match(await keyhold(['log', 'verify', 'nothing'], { directory }), { code: 1, stderr: /ENOENT/ })
  t.match(await keyhold(['log', 'read', 'x'], { directory }), { code: 0, stdout: '' }, 'a keystore that has no log')
})
