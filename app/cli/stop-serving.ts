import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/config.ts'

/**
 * Closes a server that says of itself already that it is stopping. Who has connections learns that by the next answer, and
 * whoever opens new ones by asking whether it is ready: only then none is taken any more, and what has been is answered.
 */
export async function stopServing(
  server: FastifyInstance,
  { shutdownDelay, shutdownTimeout }: Pick<Config, 'shutdownDelay' | 'shutdownTimeout'>,
): Promise<void> {
  await sleep(shutdownDelay)
  // What has arrived meanwhile is read before connections on which nothing seems to be under way are closed.
  await nextTurn()
  await nextTurn()
  const impatience = setTimeout(() => server.server.closeAllConnections(), shutdownTimeout)
  await server.close()
  clearTimeout(impatience)
}
