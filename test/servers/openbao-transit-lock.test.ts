import { startOpenbao } from '@keyhold/scripts/servers/openbao.js'
import t from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { TransitAdmin } from '../support/transit-admin.ts'
import { transitLockSuite } from '../support/transit-lock-suite.ts'

const server = await startOpenbao({ directory: await temporaryDirectory(t) })
if ('skip' in server) {
  t.test('the lock over a transit engine', { skip: server.skip }, async () => undefined)
} else {
  t.teardown(() => server.stop())
  await transitLockSuite(t, new TransitAdmin(server.url, server.rootToken, server.unsealKey))
}
