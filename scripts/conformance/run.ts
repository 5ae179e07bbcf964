import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { call } from '../http-client.ts'
import { type Skipped, skip } from '../servers/start.ts'
import type { SampleKeys } from './sample-keys.ts'

/** Where `prepare.sh` installs it. */
const file = fileURLToPath(new URL('../../../.cache/servers/schemathesis/bin/schemathesis', import.meta.url))

/** What need not be: the schemas do not say everything that is refused, and who may do what has tests of its own. */
const disabled = [
  'negative_data_rejection',
  'positive_data_acceptance',
  'missing_required_header',
  'use_after_free',
  'ensure_resource_availability',
  'ignored_auth',
  'object_level_authorization',
]

export interface ConformanceOptions {
  /** Where the service is. */
  readonly service: string
  /** A directory for what is told to the tool. */
  readonly directory: string
  /** The examples of the document, a request for everything that a schema says, random ones. Default: all of it. */
  readonly phases?: readonly ('examples' | 'coverage' | 'fuzzing')[]
  /** Random requests for each operation at most. */
  readonly examples: number
  readonly seed: number
  /** What is there to be asked about, if anything is. */
  readonly keys?: SampleKeys
  /** Is told what the tool writes, as it writes it. */
  readonly onOutput?: (text: string) => void
}

export interface Conformance {
  /** How many requests were sent. */
  readonly cases: number
  readonly ok: boolean
  /** What the tool has written, with every request that was answered otherwise than documented. */
  readonly output: string
}

/**
 * Sends generated requests, good ones and bad ones, to a service, and compares the answers with what its `/openapi.json`
 * says (https://schemathesis.readthedocs.io).
 */
export async function checkConformance(options: ConformanceOptions): Promise<Conformance | Skipped> {
  const { service, directory, phases = ['examples', 'coverage', 'fuzzing'], examples, seed, keys, onOutput } = options
  if (!existsSync(file)) return skip('no schemathesis: run `npm run servers`')
  const config = join(directory, 'schemathesis.toml')
  await writeFile(config, configuration(await operationsOf(service), keys))
  const args = ['--config-file', config, 'run', `${service}/openapi.json`, '--no-color']
  args.push('--phases', phases.join(','), '--max-examples', String(examples), '--seed', String(seed))
  args.push('--continue-on-failure', '--warnings', 'off')
  // A busy machine is no finding.
  args.push('--suppress-health-check', 'all', '--request-timeout', '120')
  const child = spawn(file, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const read = (text: string) => {
    output += text
    onOutput?.(text)
  }
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', read)
  const [code] = await once(child, 'close')
  return { cases: Number(/(\d+) generated/.exec(output)?.[1] ?? 0), ok: code === 0, output }
}

type Named = readonly [operationId: string, path: string]

/** All operations, with their paths. */
async function operationsOf(service: string): Promise<readonly Named[]> {
  const { paths } = await call('GET', `${service}/openapi.json`)
  const named = paths as Record<string, Record<string, { operationId: string }>>
  return Object.entries(named).flatMap(([path, operations]) =>
    Object.values(operations).map(({ operationId }) => [operationId, path] as const),
  )
}

/** Most requests are about what is there, the others about anything; and some operations fail with good reason. */
function configuration(operations: readonly Named[], keys: SampleKeys | undefined): string {
  const dictionaries = keys ? [['keystore', keys.keystoreId], ...operations.map(([id]) => [id, keys.keyIdFor(id)])] : []
  const blocks = operations.flatMap(([id, path]) => {
    const bound = Object.entries({ keystoreId: 'keystore', keyId: id }).filter(([name]) => path.includes(`{${name}}`))
    const parameters = bound.map(([name, words]) => `"path.${name}" = { dictionary = "${words}", probability = 0.9 }`)
    const settings = [
      ...(keys && parameters.length > 0 ? [`parameters = { ${parameters.join(', ')} }`] : []),
      ...(notImplemented.includes(id) ? ['checks.not_a_server_error.enabled = false'] : []),
    ]
    return settings.length > 0 ? ['', '[[operations]]', `include-operation-id = "${id}"`, ...settings] : []
  })
  const values = dictionaries.map(([name, value]) => `dictionaries.${name} = { values = ["${value}"] }`)
  const off = disabled.map(check => `checks.${check}.enabled = false`)
  return `${['generation.database = "none"', ...off, ...values, ...blocks].join('\n')}\n`
}

/** What answers 501 to everything. */
const notImplemented: readonly string[] = ['blind', 'correctnessProof', 'signWithSecrets']
