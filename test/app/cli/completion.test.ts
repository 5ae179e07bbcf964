import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { commands } from '@keyhold/app/cli/commands.js'
import t, { type Test } from 'tap'
import { runCli } from '../../support/run-cli.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const names = Object.keys(commands)

/** What bash offers behind some words, the last of which is being typed. */
async function completed(t: Test, directory: string, ...words: string[]): Promise<string[]> {
  const { output: script } = await runCli(['completion', 'bash'])
  const typed = ['keyhold', ...words].map(word => `'${word}'`).join(' ')
  const program = `${script}
COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _keyhold; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = await promisify(execFile)('bash', ['-uc', program], { cwd: directory })
  t.equal(stderr, '')
  return stdout.split('\n').filter(word => word !== '')
}

t.test('bash completes commands, their options, and files', async t => {
  const directory = await temporaryDirectory(t)
  await writeFile(join(directory, 'a file.pem'), '')
  const first = await completed(t, directory, '')
  t.strictSame(new Set(first), new Set([...names.map(name => name.split(' ')[0]), '--help', '--version']))
  t.strictSame(await completed(t, directory, 'keyg'), ['keygen'])
  t.strictSame(await completed(t, directory, 'zcap', ''), ['delegate', 'show', 'revoke', '--help'])
  t.strictSame(await completed(t, directory, 'zcap', 'd'), ['delegate'])
  t.strictSame(await completed(t, directory, 'zcap', 'delegate', '--ex'), ['--expires'])
  t.strictSame(await completed(t, directory, 'call', '--key', 'a'), ['a file.pem'])
  t.ok((await completed(t, directory, 'start', '--')).includes('--secret-lock-key-path'))
  t.strictSame(await completed(t, directory, 'nothing', '--'), [])
})

t.test('every command and option is in what completes it in each shell', async t => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, output } = await runCli(['completion', shell])
    t.equal(code, 0)
    for (const word of names.flatMap(name => name.split(' '))) t.match(output, new RegExp(`\\b${word}\\b`), shell)
    t.match(output, /\bsecret-lock-key-path\b/)
    t.equal((output.match(/'/g)?.length ?? 0) % 2, 0, 'quotes are closed')
  }
  t.match(await runCli(['completion', 'tcsh']), { code: 2, notes: /^SHELL: must be/ })
})
