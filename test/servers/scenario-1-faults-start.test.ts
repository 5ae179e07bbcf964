import { runService, spawnService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { OutageClient } from '../support/outage-client.ts'
import { faultSettings, withRestartableServers } from '../support/restartable-servers.ts'
import { until } from '../support/until.ts'

/** What must not be in any log. */
const password = 'secret-word'

await withRestartableServers(t, 'a service that starts before its database', async (t, servers) => {
  const { directory, mongo } = servers
  const { host } = new URL(mongo.url)
  const { KMS_DATABASE_URL: url = '', ...settings } = faultSettings(servers, 'kh_late', 'mongo')
  const withPassword = { ...settings, KMS_DATABASE_URL: url.replace('://', `://somebody:${password}@`) }

  for (const fault of ['is not there', 'hangs'] as const) {
    await t.test(`it gives up if the database ${fault}`, async t => {
      if (fault === 'hangs') mongo.signal('SIGSTOP')
      else await mongo.kill()
      const { code, output } = await runService({
        directory,
        environment: { ...withPassword, KMS_DATABASE_TIMEOUT: '5s' },
      })
      if (fault === 'hangs') mongo.signal('SIGCONT')
      else await mongo.start()
      t.equal(code, 1)
      t.match(output, /"level":40,.*"seconds":\d+,"msg":"waiting for the database"/)
      t.match(output, /"level":60,.*"msg":"the database did not answer while the start waited for it"/)
      for (const secret of [password, 'somebody', 'mongodb:', host]) t.notOk(output.includes(secret), secret)
    })
  }

  await t.test('it starts when the database comes', async t => {
    await mongo.kill()
    const environment = { ...settings, KMS_DATABASE_URL: url, KMS_DATABASE_TIMEOUT: '120s' }
    const { child, output } = spawnService({ directory, environment })
    t.teardown(() => child.kill())
    await until(() => output().includes('waiting for the database'))
    t.notMatch(output(), /listening at/)
    await mongo.start()
    const address = () => /listening at (http:\/\/[^"\s]+)/.exec(output())?.[1]
    await until(() => address() !== undefined)
    t.ok(await new OutageClient({ url: address() ?? '' }).newKey())
  })
})
