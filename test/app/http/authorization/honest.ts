import type { ActorName } from './actors.ts'
import { authority } from './places.ts'
import type { CapabilityPlan, Dialect, KeyIdPlan, LinkPlan, Plan, Setting, SignaturePlan } from './plan.ts'
import { type Route, routes } from './routes.ts'
import { algorithmOfAries } from './signature-text.ts'

/** How the caller comes by what it may do. */
export type Standing = 'signs alone' | 'root' | 'delegated'

/** Everything that an honest caller can do, once: each route, dialect, coverage, admission and standing. */
export function honestPlans(): Plan[] {
  const plans: Plan[] = []
  for (const route of routes) {
    for (const coverage of ['strict', 'legacy'] as const) {
      for (const dialect of ['trustbloc', 'ccg'] as const) {
        // Legacy is a matter of the one dialect alone.
        if (coverage === 'legacy' && dialect === 'ccg') continue
        for (const standing of standings(route)) {
          plans.push(honestPlan(route, dialect, { coverage, admission: 'controller' }, standing))
        }
      }
    }
  }
  return [...plans, ...admitted('bearer'), ...admitted('open')]
}

function standings({ proof }: Route): Standing[] {
  if (invokesCapability({ proof })) return ['root', 'delegated']
  return [proof === 'revocation' ? 'delegated' : 'signs alone']
}

/** Creating keystores without saying who one is. */
function admitted(admission: Setting['admission']): Plan[] {
  return routes
    .filter(route => route.proof === 'admission')
    .map(route => {
      const plan = honestPlan(route, 'trustbloc', { coverage: 'strict', admission }, 'signs alone')
      const unsigned = {
        ...plan,
        signature: { ...plan.signature, form: 'absent' },
        digest: { header: 'absent', of: 'body' },
      } as const
      const name = `${route.method} ${route.path}, admission ${admission}`
      return { ...unsigned, name, ...(admission === 'bearer' && { authorization: ['Bearer TOKEN'] }) }
    })
}

export function honestPlan(route: Route, dialect: Dialect, setting: Setting, standing: Standing): Plan {
  const caller: ActorName = standing === 'delegated' && invokesCapability(route) ? 'delegate' : 'owner'
  const invokes = invokesCapability(route)
  const hasBody = route.body !== undefined
  const legacy = dialect === 'trustbloc' && setting.coverage === 'legacy' && !isSignedWhole(route)
  const own = dialect === 'trustbloc' ? 'SHA-256' : 'mh'
  return {
    name: `${route.method} ${route.path}, ${dialect}, ${standing}, ${setting.coverage}`,
    setting,
    route,
    dialect,
    capabilityDialect: dialect,
    keystore: { state: 'active', controller: 'owner', form: 'url' },
    events: [],
    capability: capabilityOf(standing, route, dialect),
    invocation: {
      action: route.action ?? 'sign',
      form: invokes ? 'plain' : 'absent',
      text: 'plain',
      by: dialect === 'ccg' && standing === 'root' ? 'id' : 'capability',
    },
    signature: signatureBy(caller, dialect, coveredBy(dialect, legacy, invokes, hasBody)),
    // What clients of the reference send by default: an empty digest.
    digest: { header: legacy ? 'empty' : hasBody ? own : 'absent', of: 'body' },
    body: 'honest',
    key: { written: '1', routed: '1' },
    query: '',
    host: authority,
    signedFor: [],
    twice: [],
    besides: {},
    later: 0,
    names: { who: route.path.endsWith(':keystoreId') ? 'heir' : 'owner', form: 'url' },
    pathNamesCapability: true,
  }
}

/** What belongs to the controller alone, to those who may revoke, or outlives its request. */
export function isSignedWhole({ proof }: Route): boolean {
  return proof === 'controller' || proof === 'revocation' || proof === 'opening'
}

export function invokesCapability({ proof }: Pick<Route, 'proof'>): boolean {
  return proof === 'capability' || proof === 'opening'
}

function signatureBy(by: ActorName, dialect: Dialect, covered: readonly string[]): SignaturePlan {
  const keyId: KeyIdPlan = { of: by, form: 'url' }
  const [algorithm, expires] = dialect === 'trustbloc' ? [algorithmOfAries, undefined] : [undefined, 300]
  return { by, keyId, created: 0, expires, covered, algorithm, form: 'plain', flaw: 'none' }
}

function coveredBy(dialect: Dialect, legacy: boolean, invokes: boolean, hasBody: boolean): string[] {
  const invocation = invokes ? ['capability-invocation'] : []
  if (legacy) return ['(created)']
  if (dialect === 'trustbloc') return ['(request-target)', '(created)', ...invocation, ...(hasBody ? ['digest'] : [])]
  const always = ['(key-id)', '(created)', '(expires)', '(request-target)', 'host']
  return [...always, ...invocation, ...(hasBody ? ['content-type', 'digest'] : [])]
}

function capabilityOf(standing: Standing, route: Route, dialect: Dialect): CapabilityPlan {
  if (standing === 'signs alone') return { kind: 'none' }
  if (standing === 'root') return { kind: 'root', of: 'this', looks: 'as answered' }
  return { kind: 'delegated', links: [honestLink('owner', 'delegate', route.does ?? route.action ?? 'sign', dialect)] }
}

/** A delegation for a week, of one action and one more. */
export function honestLink(by: ActorName, to: ActorName, action: string, dialect: Dialect): LinkPlan {
  return {
    by,
    names: by,
    to,
    form: 'url',
    actions: [action, 'easy'],
    target: '{ks}',
    created: -10,
    expires: dialect === 'ccg' ? 600_000 : 604_800,
    caveat: undefined,
    parent: 'above',
    chain: 'above',
    id: 'own',
    proof: 'none',
    rewritten: {},
  }
}
