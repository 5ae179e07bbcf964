import type { RequestListener } from 'node:http'
import { outcome } from '@keyhold/contract'
import t from 'tap'
import { faultyVault, kinds } from '../support/faulty-vault.ts'

const content = Uint8Array.of(1)

/** Breaks the connection of the first requests, before or after it has done what they ask for, and then answers. */
function breaking(times: number, answer: RequestListener): RequestListener {
  let seen = 0
  return (request, response) => {
    seen += 1
    if (seen <= times) request.once('end', () => request.socket.destroy())
    else answer(request, response)
  }
}

const answered =
  (status: number, body = ''): RequestListener =>
  (_, response) =>
    void response.writeHead(status).end(body)

t.test('a request whose connection fails is sent once more', async t => {
  for (const kind of kinds) {
    const { vault, requests } = await faultyVault(t, kind, breaking(1, answered(201)))
    t.equal(await outcome(() => vault.put('one', content)), 'done', kind)
    t.strictSame(requests, ['POST', 'POST'])
  }
  const missing = answered(404, 'specified document does not exist')
  const { vault, requests } = await faultyVault(t, 'trustbloc', breaking(1, missing))
  t.equal(await vault.get('one'), undefined)
  await vault.remove('one')
  t.strictSame(requests, ['GET', 'GET', 'DELETE'])
})

t.test('that the first one has arrived does not matter', async t => {
  const { vault, requests } = await faultyVault(t, 'trustbloc', breaking(1, answered(409)))
  t.equal(await outcome(() => vault.put('one', content)), 'done')
  t.strictSame(requests, ['POST', 'POST'])
})

t.test('and not a third time', async t => {
  for (const kind of kinds) {
    const { vault, requests } = await faultyVault(t, kind, breaking(2, answered(201)))
    t.equal(await outcome(() => vault.put('one', content)), 'VAULT_UNAVAILABLE', kind)
    t.strictSame(requests, ['POST', 'POST'])
  }
})

t.test('an answer is an answer, whatever it says', async t => {
  for (const kind of kinds) {
    for (const status of [400, 401, 403, 429, 500, 502, 503]) {
      const { vault, requests } = await faultyVault(t, kind, answered(status))
      await outcome(() => vault.put('one', content))
      t.strictSame(requests, ['POST'], `${kind} ${status}`)
    }
  }
})

t.test('what hangs is given up when the time of the call is over, and not repeated', async t => {
  const ended = new Set<string>()
  let seen: readonly string[] = []
  // On a busy machine the time may be over before the request has gone out.
  while (seen.length === 0) {
    const { vault, requests } = await faultyVault(t, 'trustbloc', () => undefined, 300)
    ended.add(await outcome(() => vault.get('one')))
    seen = requests
  }
  t.strictSame([...ended], ['VAULT_UNAVAILABLE'])
  t.strictSame(seen, ['GET'])
})

t.test('what is too large is not asked for again', async t => {
  const { vault, requests } = await faultyVault(t, 'trustbloc', answered(200, ' '.repeat(1_048_577)))
  t.equal(await outcome(() => vault.get('one')), 'VAULT_UNAVAILABLE')
  t.strictSame(requests, ['GET'])
})
