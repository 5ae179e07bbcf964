import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMeasuredOpenbao } from './openbao-server.ts'

/** `npm run bench:openbao`: runs an OpenBao to be measured, until it is interrupted. */
const directory = await mkdtemp(join(tmpdir(), 'keyhold-bench-openbao-'))
const server = await startMeasuredOpenbao(directory)
if ('skip' in server) {
  process.stderr.write(`${server.skip}\n`)
  process.exitCode = 1
} else {
  const file = join(directory, 'token')
  await writeFile(file, server.token, { mode: 0o600 })
  process.stdout.write(`${server.note}. Measure it with

KEYHOLD_BENCH_TOKEN_FILE=${file} npm run bench -- --peer openbao=${server.url} --peer-note 'openbao=${server.note}'
`)
  await new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
  await server.stop()
}
await rm(directory, { recursive: true })
