import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { repository } from '../support/repository.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** What the files of `packaging/` are for has validators of its own. */
const tools = join(repository, '.cache/servers/manifests/bin')
const skip = existsSync(tools) ? false : 'no validators: run `npm run servers`'
if (skip && process.env['KEYHOLD_REQUIRE_SERVERS'] === '1') throw new Error(skip)
const packaging = join(repository, 'packaging')

/** @returns its exit code and everything that it has written */
async function run(file: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(file, [...args])
    return { code: 0, output: stdout + stderr }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code: number; stdout?: string; stderr?: string }
    return { code, output: stdout + stderr }
  }
}

t.test('kubernetes.yaml has the form of what it declares', { skip }, async t => {
  const validate = (file: string) => run(join(tools, 'kubernetes-validate'), ['--strict', file])
  const file = join(packaging, 'kubernetes.yaml')
  const { code, output } = await validate(file)
  t.equal(code, 0, output)
  const wrong = join(await temporaryDirectory(t), 'wrong.yaml')
  await writeFile(wrong, (await readFile(file, 'utf8')).replace('readOnlyRootFilesystem', 'readOnlyRoot'))
  t.not((await validate(wrong)).code, 0, 'a member that does not exist is found')
})

t.test('compose.yaml has the form of its specification', { skip }, async t => {
  const validate = (file: string) =>
    run(join(tools, 'check-jsonschema'), ['--builtin-schema', 'vendor.compose-spec', file])
  const file = join(packaging, 'compose.yaml')
  const { code, output } = await validate(file)
  t.equal(code, 0, output)
  const wrong = join(await temporaryDirectory(t), 'wrong.yaml')
  await writeFile(wrong, (await readFile(file, 'utf8')).replace('read_only:', 'readonly:'))
  t.not((await validate(wrong)).code, 0, 'a member that does not exist is found')
})

const analyze = '/usr/bin/systemd-analyze'
const noSystemd = existsSync(analyze) ? false : 'no systemd-analyze on this machine'

t.test('keyhold.service is understood by systemd, and is well confined', { skip: noSystemd }, async t => {
  const file = join(await temporaryDirectory(t), 'keyhold.service')
  const unit = await readFile(join(packaging, 'keyhold.service'), 'utf8')
  // It also looks whether the program is there.
  await writeFile(file, unit.replace('/usr/bin/node ', `${process.execPath} `))
  const verified = await run(analyze, ['verify', file])
  t.strictSame([verified.code, verified.output], [0, ''])
  const security = await run(analyze, ['security', '--offline=true', '--threshold=20', file])
  t.equal(security.code, 0, security.output)
})
