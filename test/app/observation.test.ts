import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { repository } from '../support/repository.ts'

/** The packages of some names that a program has loaded. */
async function loadedBy(environment: Readonly<Record<string, string>>, flags: object): Promise<string[]> {
  const program = `
    import { createRequire } from 'node:module'
    import { loadConfig } from '@keyhold/app'
    import { openObservation } from '@keyhold/app/observation.js'
    import '@keyhold/app/cli/start.js'
    const config = loadConfig({ KMS_AUTH_TYPE: 'none', ...${JSON.stringify(flags)} })
    const observation = await openObservation(config, process.env, { warn() {} })
    await observation.close()
    const loaded = Object.keys(createRequire(import.meta.url).cache)
    const found = loaded.flatMap(file => /node_modules\\/(@opentelemetry\\/sdk-trace|prom-client)\\//.exec(file)?.[1] ?? [])
    console.log(JSON.stringify([...new Set(found)].sort()))
  `
  const args = ['--input-type=module', '-e', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: `${repository}/test`,
    env: { PATH: process.env['PATH'], ...environment },
  })
  return JSON.parse(stdout)
}

t.test('what nobody asks for is not loaded', async t => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }
  t.strictSame(await loadedBy({ OTEL_SERVICE_NAME: 'x' }, {}), [])
  t.strictSame(await loadedBy({}, { KMS_METRICS_HOST: '127.0.0.1:0' }), ['prom-client'])
  t.strictSame(await loadedBy(endpoint, {}), ['@opentelemetry/sdk-trace'])
  t.strictSame(await loadedBy({ ...endpoint, OTEL_SDK_DISABLED: 'true' }, {}), [])
  t.strictSame(await loadedBy({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }, {}), [])
})
