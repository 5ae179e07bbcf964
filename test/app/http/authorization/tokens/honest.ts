import { type Route, routes } from '../routes.ts'
import type { Owner, TokenPlan } from './plan.ts'

/** Everything that the honest owner of a keystore can send: each route, for a keystore of a subject and of a key. */
export function honestTokenPlans(): TokenPlan[] {
  const owners: readonly Owner[] = [{ subject: 'alice' }, { keyOf: 'alice' }]
  return routes.flatMap(route => owners.map(owner => honestTokenPlan(route, owner)))
}

export function honestTokenPlan(route: Route, owner: Owner): TokenPlan {
  const hasBody = route.body !== undefined
  const ofSubject = owner !== 'nobody' && 'subject' in owner
  return {
    name: `${route.method} ${route.path}, ${ofSubject ? 'of a subject' : 'of a key'}`,
    route,
    signed: true,
    keystore: { owner, state: 'active' },
    token: {
      known: 'active',
      subject: ofSubject ? 'alice' : undefined,
      key: 'alice',
      access: ['keyhold'],
      expires: undefined,
      begins: undefined,
      audience: 'absent',
    },
    authorization: ['GNAP TOKEN'],
    signature: {
      by: 'alice',
      keyId: 'own',
      created: 0,
      expires: undefined,
      covered: ['@method', '@target-uri', ...(hasBody ? ['content-digest'] : []), 'authorization'],
      parameters: '',
      form: 'plain',
      flaw: 'none',
    },
    digest: { header: hasBody ? 'content-digest' : 'absent', of: 'body' },
    body: 'honest',
    query: '',
    besides: {},
    twice: [],
    signedFor: [],
    later: 0,
  }
}
