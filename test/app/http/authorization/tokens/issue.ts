import { randomUUID } from 'node:crypto'
import type { TokenOwner } from '@keyhold/core'
import { GnapClient, thumbprintOf } from '../../../../support/gnap-server.ts'
import { type Claims, makeJwt, newIssuerKey } from '../../../../support/oauth-issuer.ts'
import { baseUrl } from '../places.ts'
import type { Scene } from '../scene.ts'
import { actionOf } from './oracle.ts'
import type { Method, Owner, Person, RightPlan, TokenPlan } from './plan.ts'
import type { TokenWorld } from './token-world.ts'

/** Whoever has a token: their keys, which last as long as the process. */
export const people: Readonly<Record<Person, GnapClient>> = { alice: new GnapClient(), bob: new GnapClient() }

/** What the issuer of JWTs signs with, and what it does not. */
export const [issuerKey, otherKey] = [newIssuerKey('one'), newIssuerKey('one')]

/** As the service records it. */
export function recordedOwner(owner: Owner, method: Method, { issuers }: TokenWorld): TokenOwner | undefined {
  if (owner === 'nobody') return undefined
  if ('keyOf' in owner) return { thumbprint: thumbprintOf(people[owner.keyOf].jwk) }
  const [here, elsewhere] = method === 'gnap' ? [issuers.gnap, issuers.oauth] : [issuers.oauth, issuers.gnap]
  if ('subject' in owner) return { issuer: here, subject: owner.subject }
  return { issuer: elsewhere, subject: owner.subjectElsewhere }
}

/** Issues the token that a plan describes, and answers its text. */
export function issue(plan: TokenPlan, scene: Scene, { gnap, oauth, issuers }: TokenWorld): string {
  const { method, token } = plan
  if (method === 'jwt') return jwtOf(plan, claimsOf(plan, scene, issuers.oauth))
  const text = randomUUID()
  if (token.known === 'unknown') return text
  const active = token.known === 'inactive' ? { active: false } : {}
  if (method === 'gnap') gnap.tokens.set(text, { ...active, ...gnapAnswer(plan, scene) })
  else oauth.tokens.set(text, { ...active, ...claimsOf(plan, scene, issuers.oauth) })
  return text
}

/** The members that all kinds of answers have. */
function common({ token }: TokenPlan, { signedAt }: Scene): Claims {
  const { expires, begins, audience } = token
  const time = (seconds: number) => signedAt / 1000 + seconds
  const audiences = {
    absent: undefined,
    this: baseUrl,
    'this and another': [baseUrl, 'x'],
    another: 'https://x.example',
  }
  return {
    aud: audiences[audience],
    ...(expires !== undefined && { exp: time(expires) }),
    ...(begins !== undefined && { nbf: time(begins) }),
  }
}

function gnapAnswer(plan: TokenPlan, scene: Scene): Claims {
  const { subject, key } = plan.token
  return {
    ...common(plan, scene),
    access: filled(plan, scene),
    ...(subject !== undefined && { subject_data: { sub: subject } }),
    ...(key !== undefined && { key: people[key].key }),
  }
}

/** Texts are scopes, and objects are details. */
function claimsOf(plan: TokenPlan, scene: Scene, url: string): Claims {
  const { subject, issuer, flaw } = plan.token
  const rights = filled(plan, scene)
  const details = rights.filter(right => typeof right !== 'string')
  return {
    ...common(plan, scene),
    ...(issuer !== 'absent' && { iss: { this: url, another: 'https://x.example' }[issuer] }),
    ...(subject !== undefined && { sub: subject }),
    client_id: 'wallet',
    iat: scene.signedAt / 1000,
    jti: randomUUID(),
    // A scope is a word: one with a space is two.
    scope: rights.filter(right => typeof right === 'string').join(' '),
    ...(details.length > 0 && { authorization_details: details }),
    ...(flaw === 'bound to a key' && { cnf: { jkt: thumbprintOf(people.alice.jwk) } }),
    ...(flaw === 'of another type' && { token_type: 'refresh_token' }),
  }
}

function filled({ token, route }: TokenPlan, { keystore }: Scene): RightPlan[] {
  const fill = (text: string) =>
    text.replace('{action}', actionOf(route)).replace('{key}', '{ks}/keys/1').replace('{ks}', keystore)
  return token.access.map(right =>
    typeof right === 'string'
      ? fill(right)
      : {
          ...right,
          ...(right.actions && { actions: right.actions.map(fill) }),
          ...(right.locations && { locations: right.locations.map(fill) }),
        },
  )
}

function jwtOf({ token: { flaw } }: TokenPlan, claims: Claims): string {
  const token = makeJwt(issuerKey, claims)
  switch (flaw) {
    case 'alg none':
      return makeJwt(issuerKey, claims, { alg: 'none' })
    case 'HMAC by the public key':
      return makeJwt(issuerKey, claims, { alg: 'HS256' })
    case 'by another key':
      return makeJwt(otherKey, claims)
    case 'of a key that is not published':
      return makeJwt({ ...otherKey, kid: 'two' }, claims)
    case 'of another type':
      return makeJwt(issuerKey, claims, { typ: 'JWT' })
    case 'a payload of another': {
      const [header, , signature] = token.split('.')
      return [header, makeJwt(otherKey, { ...claims, jti: 'another' }).split('.')[1], signature].join('.')
    }
    default:
      return token
  }
}
