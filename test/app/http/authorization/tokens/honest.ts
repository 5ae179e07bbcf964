import { type Route, routes } from '../routes.ts'
import type { Method, Owner, TokenPlan, TokenPlanned } from './plan.ts'

const alice: Owner = { subject: 'alice' }

/** Everything that the honest owner of a keystore can send: each route, with each kind of token. */
export function honestTokenPlans(): TokenPlan[] {
  return routes.flatMap(route => [
    honestTokenPlan(route, 'gnap', alice),
    honestTokenPlan(route, 'gnap', { keyOf: 'alice' }),
    honestTokenPlan(route, 'introspection', alice),
    honestTokenPlan(route, 'jwt', alice),
  ])
}

export function honestTokenPlan(route: Route, method: Method, owner: Owner): TokenPlan {
  const isGnap = method === 'gnap'
  const hasBody = route.body !== undefined
  const ofSubject = owner !== 'nobody' && 'subject' in owner
  return {
    name: `${route.method} ${route.path}, ${method}, ${ofSubject ? 'of a subject' : 'of a key'}`,
    route,
    method,
    setting: { signed: true, bearer: 'all', verification: method === 'jwt' ? 'jwt' : 'introspection' },
    keystore: { owner, state: 'active' },
    token: {
      ...active,
      subject: ofSubject ? 'alice' : undefined,
      ...(isGnap ? { key: 'alice' } : { audience: 'this', issuer: 'this' }),
      // No JWT is without an end.
      expires: method === 'jwt' ? 600 : undefined,
    },
    authorization: [isGnap ? 'GNAP TOKEN' : 'Bearer TOKEN'],
    signature: {
      by: 'alice',
      keyId: 'own',
      created: 0,
      expires: undefined,
      covered: ['@method', '@target-uri', ...(hasBody ? ['content-digest'] : []), 'authorization'],
      parameters: '',
      form: isGnap ? 'plain' : 'neither',
      flaw: 'none',
    },
    digest: { header: isGnap && hasBody ? 'content-digest' : 'absent', of: 'body' },
    body: 'honest',
    query: '',
    besides: {},
    twice: [],
    signedFor: [],
    later: 0,
  }
}

const active: TokenPlanned = {
  known: 'active',
  subject: undefined,
  key: undefined,
  access: ['keyhold'],
  expires: undefined,
  begins: undefined,
  audience: 'absent',
  issuer: 'absent',
  flaw: 'none',
}
