import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { settings, unsupportedSettings } from '@keyhold/app/config/settings.js'
import t from 'tap'
import { repository } from '../support/repository.ts'

t.test('the guide says of each setting of TrustBloc what becomes of it', async t => {
  const guide = await readFile(join(repository, 'docs/migrating-from-trustbloc.md'), 'utf8')
  const rows = Array.from(guide.matchAll(/^\| (`KMS_[^|]*) \| (.*) \|$/gm), ([, names = '', fate = '']) => {
    const flags = Array.from(names.matchAll(/`--([\w-]+)`/g), ([, flag = '']) => flag)
    return { names: names.match(/KMS_[A-Z0-9_]+/g) ?? [], flags, refused: fate.startsWith('refused') }
  })
  const flagOf: Readonly<Record<string, string>> = {
    ...Object.fromEntries(Object.values(settings).map(({ variable, flag }) => [variable, flag])),
    ...unsupportedSettings,
  }
  for (const { names, flags } of rows)
    t.strictSame(
      flags,
      names.map(name => flagOf[name]),
    )
  const refused = rows.filter(row => row.refused).flatMap(({ names }) => names)
  t.strictSame(refused.toSorted(), Object.keys(unsupportedSettings).toSorted())
  const variables = Object.values(settings).map(setting => setting.variable)
  for (const { names } of rows.filter(row => !row.refused)) {
    for (const name of names) t.ok(variables.includes(name as (typeof variables)[number]), name)
  }
})
