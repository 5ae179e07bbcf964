import { usage } from '@keyhold/app/cli/usage.js'
import { settings, unsupportedSettings } from '@keyhold/app/config/settings.js'
import t from 'tap'

t.test('the usage names every setting, with its flag, variable, default and description', async t => {
  for (const { flag, variable, description, ...rest } of Object.values(settings)) {
    const fallback = 'default' in rest ? ` [${rest.default}]` : ''
    t.ok(usage().includes(`\n  --${flag} VALUE, ${variable}${fallback}\n      ${description}\n`), variable)
  }
})

t.test('the usage names what is known and refused, and the commands', async t => {
  for (const variable of Object.keys(unsupportedSettings)) t.match(usage(), new RegExp(`\\b${variable}\\b`))
  t.match(usage(), /^keyhold start /)
  t.match(usage(), /^keyhold keygen FILE/m)
})

t.test('the usage is whole and ends with a line end', async t => {
  t.ok(usage().endsWith('\n'))
  t.notOk(usage().includes('undefined'))
})
