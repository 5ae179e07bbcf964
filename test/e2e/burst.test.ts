import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { testService } from '../support/service.ts'

/** More than Node lets wait for a busy process unless it is told otherwise. */
const clients = 1000

/** How many the kernel lets wait at most. */
async function most(): Promise<number> {
  return Number(await readFile('/proc/sys/net/core/somaxconn', 'utf8').catch(() => 0))
}

const skip = (await most()) < clients && 'the kernel lets no thousand connections wait, or does not say so'

t.test('a thousand clients that come at once while the service is busy are all let in', { skip }, async (t: Test) => {
  const { url, pid } = await testService(t)
  process.kill(pid, 'SIGSTOP')
  t.teardown(() => process.kill(pid, 'SIGCONT'))
  const { hostname, port } = new URL(url)
  const sockets = Array.from({ length: clients }, () => connect(Number(port), hostname))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
  })
  await Promise.all(sockets.map(socket => once(socket, 'connect')))
  const answers = sockets.map(socket => text(socket))
  for (const socket of sockets) {
    socket.write(`GET /healthcheck HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`)
  }
  process.kill(pid, 'SIGCONT')
  const refused = (await Promise.all(answers)).filter(answer => !answer.startsWith('HTTP/1.1 200 '))
  t.equal(refused.length, 0)
})
