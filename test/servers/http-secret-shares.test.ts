import { startAuth } from '@keyhold/scripts/servers/auth.js'
import t from 'tap'
import { httpSecretSharesSuite } from '../support/http-secret-shares.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const token = 'secret-api-token'
const server = await startAuth({ directory: await temporaryDirectory(t), token, shares: new Map() })
if ('skip' in server) {
  t.test('shares of an auth server', { skip: server.skip }, async () => undefined)
} else {
  await server.stop()
  await httpSecretSharesSuite(t, async (t, shares) => {
    const server = await startAuth({ directory: await temporaryDirectory(t), token, shares })
    if ('skip' in server) throw new Error(server.skip)
    t.teardown(() => server.stop())
    return { url: server.url, token, requests: server.shareRequests }
  })
}
