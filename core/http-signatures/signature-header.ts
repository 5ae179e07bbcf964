import type { SignatureParameters } from './signing-string.ts'

export interface ParsedSignature extends SignatureParameters {
  readonly algorithm?: string | undefined
  readonly signature: Uint8Array
}

/** How a dialect writes the times: TrustBloc without quotes, Digital Bazaar with. */
type TimeForm = 'number' | 'quoted'

type ParameterName = 'keyId' | 'algorithm' | 'headers' | 'signature' | 'created' | 'expires'

const names: ReadonlySet<string> = new Set<ParameterName>([
  'keyId',
  'algorithm',
  'headers',
  'signature',
  'created',
  'expires',
])
const timeNames: ReadonlySet<string> = new Set<ParameterName>(['created', 'expires'])

/**
 * Parses the parameters of a signature (draft-cavage-http-signatures-12 section 2.1), `name="value",…` without spaces
 * between them. This is the only parser: nothing reads the header a second time in another way.
 *
 * @returns undefined if anything is unknown, repeated, missing or of another form
 */
export function parseSignature(text: string, times: TimeForm): ParsedSignature | undefined {
  const values = parseParameters(text, times)
  const keyId = values?.get('keyId')
  const covered = values?.get('headers')?.split(' ')
  const signature = canonicalBase64(values?.get('signature'))
  const isComplete = keyId !== undefined && covered !== undefined && signature !== undefined
  if (!isComplete || !isDistinctNames(covered)) return undefined
  const [algorithm, created, expires] = [values?.get('algorithm'), values?.get('created'), values?.get('expires')]
  return { keyId, covered, signature, algorithm, created, expires }
}

const parameter = /([A-Za-z]+)=(?:"([^"\\]*)"|(\d{1,15}))(,(?=.)|$)/y
const digits = /^\d{1,15}$/

function parseParameters(text: string, times: TimeForm): Map<ParameterName, string> | undefined {
  const values = new Map<ParameterName, string>()
  for (let at = 0; at < text.length; at = parameter.lastIndex) {
    parameter.lastIndex = at
    const found = parameter.exec(text)
    const name = found?.[1] as ParameterName
    if (found === null || !names.has(name) || values.has(name)) return undefined
    const isTime = timeNames.has(name)
    const value = found[isTime && times === 'number' ? 3 : 2]
    if (value === undefined || (isTime && !digits.test(value))) return undefined
    values.set(name, value)
  }
  return values
}

function isDistinctNames(covered: readonly string[]): boolean {
  const wellFormed = covered.every(name => /^(\((request-target|created|expires|key-id)\)|[a-z0-9-]+)$/.test(name))
  return wellFormed && covered.length <= 32 && new Set(covered).size === covered.length
}

function canonicalBase64(text: string | undefined): Uint8Array | undefined {
  const bytes = Buffer.from(text ?? '', 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
