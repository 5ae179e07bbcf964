import { type Clock, KmsError, observed } from '@keyhold/core'
import type {
  FastifyBaseLogger,
  FastifyReply,
  FastifyRequest,
  onRequestHookHandler,
  preHandlerHookHandler,
} from 'fastify'
import type { Authenticator } from '../authentication/authenticator.ts'
import { principalOf } from '../principal.ts'
import { configOf } from '../route-config.ts'
import { clientAddress } from './client-address.ts'
import { type Allowance, type Limiter, type Rate, RateLimiter } from './rate-limiter.ts'

export interface RateLimits {
  /** Requests of one address in which nobody has proven to make them. */
  readonly failures?: Rate
  /** Requests of one address. */
  readonly address?: Rate
  /** Requests of whoever has proven to make them. */
  readonly principal?: Rate
}

/** What happens around the authentication of each request. */
export interface RateLimiting {
  readonly before: onRequestHookHandler
  readonly counting: (authenticate: Authenticator) => Authenticator
  /** None, if nothing is counted then. */
  readonly after: readonly onRequestHookHandler[]
  /** Counts what is in a batch, when its body is known. */
  readonly items: readonly preHandlerHookHandler[]
}

interface Limit {
  readonly name: keyof RateLimits
  readonly policy: string
  readonly limiter: Limiter
}

export interface RateLimitOptions {
  readonly clock: Clock
  readonly isTrusted: (address: string) => boolean
  readonly log?: FastifyBaseLogger | undefined
  /** What counts for a limit. Default: this process alone. */
  readonly openLimiter?: OpenLimiter | undefined
}

export type OpenLimiter = (name: keyof RateLimits, rate: Rate) => Limiter

/**
 * Limits how often somebody may ask, and says so in `RateLimit-Policy` and `RateLimit`
 * (draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4). Who fails to prove who it is has spent more of this server's
 * time, and maybe another one's, than anybody else: those are counted apart, and told nothing before they are refused.
 */
export function rateLimiting(rates: RateLimits, options: RateLimitOptions): RateLimiting {
  const { clock, isTrusted, log, openLimiter = (_name, rate) => new RateLimiter(rate, clock) } = options
  const [failures, address, principal] = (['failures', 'address', 'principal'] as const).map(name => {
    const rate = rates[name]
    return rate && { name, policy: `"${name}";q=${rate.quota};w=${rate.window}`, limiter: openLimiter(name, rate) }
  })
  const nameOf = ({ proven }: FastifyRequest) => (proven ? principalOf(proven.caller) : undefined)
  const policies = [address, principal].flatMap(limit => limit?.policy ?? []).join(', ')
  const addressOf = clientAddress(isTrusted)
  const warn = warnOnce(isTrusted, log)

  const after: onRequestHookHandler = (request, reply, done) => {
    const name = principal && nameOf(request)
    if (principal === undefined || name === undefined) done()
    else spend(reply, principal, name, done)
  }

  const items: preHandlerHookHandler = (request, reply, done) => {
    const { batch } = configOf(request)
    // One of them was counted when the request came.
    const more = batch ? (request.body as { items: readonly unknown[] }).items.length - 1 : 0
    if (more === 0) return done()
    const spendForCaller = (refused?: Error) => {
      const name = principal && nameOf(request)
      if (refused !== undefined || principal === undefined || name === undefined) done(refused)
      else spend(reply, principal, name, done, more)
    }
    if (address === undefined) spendForCaller()
    else spend(reply, address, addressOf(request.raw), spendForCaller, more)
  }

  return {
    before(request, reply, done) {
      const from = addressOf(request.raw)
      const failed = failures?.limiter.look(from)
      if (failures !== undefined && failed?.isAllowed === false) {
        reply.header('ratelimit-policy', failures.policy)
        return done(refusal(reply, failures, failed))
      }
      if (policies !== '') reply.header('ratelimit-policy', policies)
      if (address === undefined) done()
      else spend(reply, address, from, done)
    },

    counting(authenticate) {
      if (failures === undefined) return authenticate
      return request =>
        observed(
          () => authenticate(request),
          () => undefined,
          error => {
            if (!(error instanceof KmsError) || error.code !== 'UNAUTHENTICATED') return
            warn(request)
            failures.limiter.charge(addressOf(request.raw))
          },
        )
    },

    after: principal ? [after] : [],
    items: address || principal ? [items] : [],
  }
}

/** Counts a request, or several, says what is left, and whether that was too many. */
function spend(reply: FastifyReply, limit: Limit, key: string, done: (refusal?: Error) => void, count?: number): void {
  const judge = (allowance: Allowance) => {
    if (!allowance.isAllowed) return done(refusal(reply, limit, allowance))
    say(reply, limit, allowance)
    done()
  }
  const allowance = limit.limiter.take(key, count)
  if (allowance instanceof Promise) allowance.then(judge, done)
  else judge(allowance)
}

function refusal(reply: FastifyReply, limit: Limit, allowance: Allowance): Error {
  say(reply, limit, allowance)
  reply.header('retry-after', String(allowance.reset))
  return new KmsError('RATE_LIMITED', 'there were too many requests', { cause: `the limit ${limit.name} was reached` })
}

function say(reply: FastifyReply, { name }: Limit, { remaining, reset }: Allowance): void {
  const before = String(reply.getHeader('ratelimit') ?? '')
  // What was said before the items of a batch were known does not hold any more.
  const others = before.split(', ').filter(item => item !== '' && !item.startsWith(`"${name}";`))
  reply.header('ratelimit', [...others, `"${name}";r=${remaining};t=${reset}`].join(', '))
}

/** Behind a proxy that is not known as one everybody has the same address. */
function warnOnce(isTrusted: (address: string) => boolean, log: FastifyBaseLogger | undefined) {
  let warned = false
  return ({ raw: { headers, socket } }: FastifyRequest): void => {
    const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined
    if (warned || !isForwarded || isTrusted(socket.remoteAddress ?? '')) return
    warned = true
    log?.warn('a proxy that is not in KMS_TRUSTED_PROXIES forwards requests: all that fail there count for one address')
  }
}
