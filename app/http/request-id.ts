import type { IncomingMessage } from 'node:http'
import { systemRandom } from '@keyhold/adapters'
import { encodeBase64Url, type Random } from '@keyhold/core'

/** What a proxy may call a request: nothing that would have to be escaped anywhere. */
const acceptable = /^[A-Za-z0-9._~-]{8,64}$/

/** A name has 12 random bytes, which are 16 characters of base64url. So many are drawn at once. */
const [bytes, characters] = [12, 16]
const drawnAtOnce = 256

/**
 * Names requests, for `X-Request-Id` and the log: what a trusted proxy has named already keeps that name. The others are
 * random, and not counted: how much a server has to do is none of a stranger's business.
 *
 * @param onArrival called for each request, of which this is the first that happens
 */
export function requestIds(
  isTrusted: (address: string) => boolean,
  onArrival: () => void = () => undefined,
): (request: IncomingMessage) => string {
  const newName = randomNames(systemRandom())
  return ({ headers, socket }) => {
    onArrival()
    const given = headers['x-request-id']
    const isName = typeof given === 'string' && acceptable.test(given) && isTrusted(socket.remoteAddress ?? '')
    return isName ? given : newName()
  }
}

/** Names that nobody can foresee, and that are no secrets: to draw each of them alone would cost as much as its MAC. */
function randomNames(random: Random): () => string {
  let drawn = ''
  let used = 0
  return () => {
    if (used === drawn.length) [drawn, used] = [encodeBase64Url(random(bytes * drawnAtOnce)), 0]
    used += characters
    return drawn.slice(used - characters, used)
  }
}
