import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { repository } from '../repository.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { type Block, blocksOf } from './markdown.ts'

export interface DocumentOptions {
  /** What is to be filled in where a block says `sh values`: each line `export NAME=example` gets the value from here. */
  readonly values?: Readonly<Record<string, string>>
  /** Run before the first block: what the document takes for granted. */
  readonly before?: string
  /** What is said there for this machine, in place of the key. */
  readonly replace?: Readonly<Record<string, string>>
}

export interface Run {
  readonly code: number | null
  /** Everything that was written, in its order. A line `--- file:line` stands before the output of each block. */
  readonly output: string
}

const address = '127.0.0.1:8076'

/**
 * Runs the blocks of a Markdown file one after the other in one shell, in an empty directory in which `keyhold` is a
 * command and the packages are installed, as far as the marks of the blocks say:
 *
 * - `sh`, `js`: run to its end; one that fails ends it all.
 * - `js NAME`: a file of that name, for those that follow.
 * - `sh service`: a service that goes on running, in place of the one before; what follows waits until it listens.
 * - `sh stopped`: as `sh`, when that service has been stopped.
 * - `sh values`: settings of which the test has its own values.
 * - `sh elsewhere`, and every other language: not run. `blocks.test.ts` says which there may be.
 */
export async function runDocument(t: Test, file: string, options: DocumentOptions = {}): Promise<Run> {
  const directory = await temporaryDirectory(t)
  await Promise.all(
    ['node_modules', 'app', 'packaging', '.env.example'].map(name =>
      symlink(join(repository, name), join(directory, name)),
    ),
  )
  await mkdir(join(directory, 'bin'))
  const program = join(directory, 'bin/keyhold')
  await writeFile(program, `#!/bin/sh\nexec node ${join(repository, 'app/dist/program/main.js')} "$@"\n`)
  await chmod(program, 0o755)

  // A loopback address that nobody else listens on: the port is the one that the documents name.
  const own = `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}:8076`
  const replacements = Object.entries({ ...options.replace, [address]: own })
  const localized = (text: string) => replacements.reduce((done, [from, to]) => done.replaceAll(from, to), text)
  const blocks = blocksOf(await readFile(join(repository, file), 'utf8'))
  const parts: string[] = []
  for (const [index, block] of blocks.entries()) {
    const script = partOf(block, index, options)
    if (block.language === 'js') {
      await writeFile(join(directory, block.mark || `block-${index}.mjs`), localized(block.code))
    }
    if (script !== undefined) parts.push(`echo '--- ${file}:${block.line}'\n${script}`)
  }
  const script = localized([prelude, options.before ?? '', ...parts].join('\n'))
  const path = [join(directory, 'bin'), dirname(process.execPath), process.env['PATH']].join(':')
  // Nobody spreads requests among these services, so none need wait before it stops.
  const environment = { PATH: path, HOME: directory, KMS_HOST: own, KMS_SHUTDOWN_DELAY: '0s' }
  return execute(script, directory, environment)
}

/** What the shell does for a block; undefined if it does nothing. */
function partOf(
  { language, mark, code, line }: Block,
  index: number,
  { values = {} }: DocumentOptions,
): string | undefined {
  if (language === 'js') return mark === '' ? `node block-${index}.mjs` : undefined
  if (language !== 'sh' || mark === 'elsewhere') return undefined
  if (mark === '') return code
  if (mark === 'service') return `stop_service\nservice() {\n${code}\n}\nstart_service`
  if (mark === 'stopped') return `stop_service\n${code}`
  if (mark === 'values') {
    return code.replaceAll(/^export ([A-Z_]+)=(.*)$/gm, (_, name: string) => {
      const value = values[name]
      if (value === undefined) throw new Error(`line ${line}: the test has no value for ${name}`)
      return `export ${name}='${value}'`
    })
  }
  throw new Error(`line ${line}: nothing is known of the mark ${mark}`)
}

/** A service is a job with a process group of its own, so that its end is the end of everything in it. */
const prelude = `exec 2>&1
set -euo pipefail
job=
stop_service() {
  [ -z "$job" ] && return
  kill -TERM -- "-$job" 2>/dev/null || true
  wait "$job" || true
  job=
}
start_service() {
  : >service.log
  set -m
  service >>service.log 2>&1 &
  job=$!
  set +m
  until grep -q 'listening at' service.log; do
    kill -0 "$job" 2>/dev/null || { cat service.log; exit 1; }
    sleep 0.1
  done
}
trap stop_service EXIT
`

async function execute(script: string, directory: string, environment: NodeJS.ProcessEnv): Promise<Run> {
  const child = spawn('env', ['-u', 'NODE_OPTIONS', 'bash', '-c', script], {
    cwd: directory,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))
  const [code] = await once(child, 'close')
  return { code, output }
}
