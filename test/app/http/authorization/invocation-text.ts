import { deflateSync, gzipSync } from 'node:zlib'
import type { Dialect, InvocationPlan } from './plan.ts'
import type { CapabilityText, InvocationForm } from './text-forms.ts'

/** What is invoked: JSON, or the id of a root. */
export interface Invoked {
  readonly rootId: string
  readonly json: unknown
}

/** Writes `Capability-Invocation`, in whatever wrong way is asked for; undefined if it is not sent. */
export function writeInvocation(dialect: Dialect, plan: InvocationPlan, { rootId, json }: Invoked): string | undefined {
  const action = `action="${plan.action}"`
  const text = writeCapability(dialect, plan.text, json)
  const what = plan.by === 'id' ? `id="${rootId}"` : `capability="${text}"`
  const forms: Record<InvocationForm, string | undefined> = {
    plain: `zcap ${what},${action}`,
    'upper-case scheme': `ZCAP ${what},${action}`,
    absent: undefined,
    empty: '',
    'other scheme': `ocap ${what},${action}`,
    'no action': `zcap ${what}`,
    'empty action': `zcap ${what},action=""`,
    'action first': `zcap ${action},${what}`,
    'space after the comma': `zcap ${what}, ${action}`,
    'two spaces after the scheme': `zcap  ${what},${action}`,
    'capability twice': `zcap ${what},${what},${action}`,
    'action twice': `zcap ${what},${action},${action}`,
    'unknown parameter': `zcap ${what},${action},nonce="1"`,
    unquoted: `zcap ${what.replaceAll('"', '')},${action}`,
    'id and capability': `zcap id="${rootId}",capability="${text}",${action}`,
    'trailing comma': `zcap ${what},${action},`,
  }
  return forms[plan.form]
}

/** base64url of the compressed JSON; TrustBloc's clients pad it, others do not. */
function writeCapability(dialect: Dialect, kind: CapabilityText, json: unknown): string {
  const own = JSON.stringify(json)
  const padded = (dialect === 'trustbloc') !== (kind === 'other padding')
  const encode = (bytes: Buffer) => {
    const text = bytes.toString('base64url')
    return padded ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text
  }
  switch (kind) {
    case 'plain':
    case 'other padding':
      return encode(gzipSync(own))
    case 'stray character':
      return `!${encode(gzipSync(own))}`
    case 'half':
      return encode(gzipSync(own).subarray(0, 60))
    case 'not compressed':
      return encode(Buffer.from(own))
    case 'deflate':
      return encode(deflateSync(own))
    case 'bomb':
      return bomb
    case 'oversized':
      return encode(gzipSync(JSON.stringify({ ...(json as object), padding: noise }), { level: 0 }))
    case 'not JSON':
      return encode(gzipSync(`${own}}`))
    case 'null':
      return encode(gzipSync('null'))
    case 'number':
      return encode(gzipSync('1'))
    case 'text':
      return encode(gzipSync(JSON.stringify(own)))
    case 'list':
      return encode(gzipSync(`[${own}]`))
    case 'empty':
      return ''
  }
}

/** Twelve megabytes of JSON in twelve kilobytes. */
const bomb = gzipSync(`"${'0'.repeat(12_000_000)}"`).toString('base64url')
const noise = 'x'.repeat(13_000)
