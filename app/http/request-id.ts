import type { IncomingMessage } from 'node:http'
import { systemRandom } from '@keyhold/adapters'
import { encodeBase64Url } from '@keyhold/core'

/** What a proxy may call a request: nothing that would have to be escaped anywhere. */
const acceptable = /^[A-Za-z0-9._~-]{8,64}$/

const length = 12

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
  const random = systemRandom()
  return ({ headers, socket }) => {
    onArrival()
    const given = headers['x-request-id']
    const isName = typeof given === 'string' && acceptable.test(given) && isTrusted(socket.remoteAddress ?? '')
    return isName ? given : encodeBase64Url(random(length))
  }
}
