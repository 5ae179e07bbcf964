import t from 'tap'
import { instance, repeated } from '../support/outage-client.ts'
import { continued, halfRequest, parseReply } from '../support/raw-http.ts'
import { faultSettings, withRestartableServers } from '../support/restartable-servers.ts'

const body = JSON.stringify({ message: 'bWVzc2FnZQ==' })

await withRestartableServers(t, 'a service that is stopped while what is behind it hangs', async (t, servers) => {
  const { directory } = servers
  const faults = [
    ['AWS KMS', 'kms', 'LOCK_UNAVAILABLE'],
    ['the database', 'mongo', 'STORE_UNAVAILABLE'],
  ] as const
  for (const [name, failing, code] of faults) {
    await t.test(name, async t => {
      const environment = faultSettings(servers, 'kh_stop', failing)
      const { service, client } = await instance(t, { directory, environment })
      const { key } = await client.newKey()
      await repeated(() => client.sign(key))
      const port = Number(new URL(service.url).port)
      const underWay = await Promise.all(Array.from({ length: 20 }, () => halfRequest(port, `${key}/sign`, body)))
      servers[failing].signal('SIGSTOP')
      t.teardown(() => servers[failing].signal('SIGCONT'))
      const stopped = service.stop()
      for (const { socket } of underWay) socket.write(body.slice(10))
      for (const { received, closed } of underWay) {
        await closed
        const { status, headers, text } = parseReply(received().replace(continued, ''))
        t.strictSame([status, headers['retry-after'], JSON.parse(text).code], [503, '1', code])
      }
      t.equal(await stopped, 0, 'what was accepted is answered, and the service ends well')
    })
  }
})
