import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { loadConfig } from '@keyhold/app'
import { settings } from '@keyhold/app/config/settings.js'
import { envExample } from '@keyhold/scripts/env-example.js'
import t from 'tap'
import { repository } from '../../support/repository.ts'

t.test('the committed file is what the settings generate', async t => {
  t.equal(await readFile(join(repository, '.env.example'), 'utf8'), envExample(), 'npm run env-example mends it')
})

t.test('as it is it sets nothing', async t => {
  t.strictSame({ ...parseEnv(envExample()) }, {})
})

t.test('with every default uncommented it changes nothing', async t => {
  const variables = parseEnv(envExample().replace(/^#(KMS_\w+=.)/gm, '$1'))
  t.strictSame(loadConfig(variables), loadConfig({}))
})

t.test('it names every setting', async t => {
  const variables = parseEnv(envExample().replace(/^#(?=KMS_)/gm, ''))
  t.strictSame(
    Object.keys(variables).sort(),
    Object.values(settings)
      .map(setting => setting.variable)
      .sort(),
  )
})
