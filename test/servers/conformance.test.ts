import { checkConformance } from '@keyhold/scripts/conformance/run.js'
import { makeSampleKeys } from '@keyhold/scripts/conformance/sample-keys.js'
import { startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'

t.test('whatever is asked, the answer is as documented', async t => {
  const directory = await temporaryDirectory(t)
  const service = await startService({ directory })
  t.teardown(() => service.stop())
  const keys = await makeSampleKeys(service.url)
  const phases = ['examples', 'fuzzing'] as const
  const outcome = await checkConformance({ service: service.url, directory, phases, examples: 16, seed: 1, keys })
  if ('skip' in outcome) {
    t.pass(outcome.skip, { skip: outcome.skip })
    return
  }
  t.ok(outcome.ok, outcome.output)
  t.ok(outcome.cases >= 400, `${outcome.cases} requests`)
  const answered = Array.from(service.output().matchAll(/"operation":"(\w+)".*"status":200/g), ([, name]) => name)
  t.ok(new Set(answered).size > 8, 'many of them got through')
})
