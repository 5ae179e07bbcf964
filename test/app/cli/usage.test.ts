import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { commands } from '@keyhold/app/cli/commands.js'
import { exitCodes } from '@keyhold/app/cli/exit-codes.js'
import { settings, unsupportedSettings } from '@keyhold/app/config/settings.js'
import t from 'tap'
import { repository } from '../../support/repository.ts'
import { runCli } from '../../support/run-cli.ts'

t.test('the help of start names every setting, with its flag, variable, default and description', async t => {
  const { output } = await runCli(['start', '--help'])
  for (const { flag, variable, description, ...rest } of Object.values(settings)) {
    const fallback = 'default' in rest ? ` [${rest.default}]` : ''
    t.ok(output.includes(`\n  --${flag} VALUE, ${variable}\n      ${description}${fallback}\n`), variable)
  }
  for (const [variable, flag] of Object.entries(unsupportedSettings)) {
    t.ok(output.includes(`\n  --${flag} VALUE, ${variable}\n      Known, and refused`), variable)
  }
})

t.test('the general help names every command and exit code', async t => {
  const { code, output } = await runCli(['--help'])
  t.equal(code, 0)
  for (const [name, { summary }] of Object.entries(commands)) {
    t.match(output, new RegExp(`^keyhold ${name} +${summary}$`, 'm'))
  }
  for (const { code, meaning } of Object.values(exitCodes)) t.match(output, new RegExp(`^ +${code} +${meaning}$`, 'm'))
})

t.test('the documentation lists the same', async t => {
  const text = await readFile(join(repository, 'docs/command-line.md'), 'utf8')
  for (const [name, { summary }] of Object.entries(commands))
    t.ok(text.includes(`| \`keyhold ${name}\` | ${summary} |`), name)
  for (const { code, meaning } of Object.values(exitCodes)) t.ok(text.includes(`| \`${code}\` | ${meaning} |`), meaning)
})

t.test('each command says how it is used', async t => {
  for (const [name, { summary }] of Object.entries(commands)) {
    const { code, output, notes } = await runCli([...name.split(' '), '--help'])
    t.strictSame({ code, notes }, { code: 0, notes: '' }, name)
    t.ok(output.startsWith(`keyhold ${name} `), name)
    t.match(output.toLowerCase(), summary.toLowerCase())
    t.ok(output.endsWith('\n') && !output.includes('undefined') && !output.includes('\n\n\n'), name)
  }
})

t.test('a part of a name shows the commands that begin with it', async t => {
  const { code, output } = await runCli(['zcap', '--help'])
  t.equal(code, 0)
  t.match(output, /^keyhold zcap delegate .*\nkeyhold zcap show .*\nkeyhold zcap revoke .*\n\n/)
  t.match(await runCli(['zcap']), { code: 2, output: '', notes: /^keyhold zcap delegate / })
})

t.test('the version is that of the package', async t => {
  t.match(await runCli(['--version']), { code: 0, output: /^\d+\.\d+\.\d+\n$/ })
})
