import type { SignatureParameters } from './signing-string.ts'

export interface ParsedSignature extends SignatureParameters {
  readonly algorithm?: string
  readonly signature: Uint8Array
}

/** How a dialect writes the times: TrustBloc without quotes, Digital Bazaar with. */
type TimeForm = 'number' | 'quoted'

const quotedNames = ['keyId', 'algorithm', 'headers', 'signature']
const timeNames = ['created', 'expires']

/**
 * Parses the parameters of a signature (draft-cavage-http-signatures-12 section 2.1), `name="value",…` without spaces
 * between them. This is the only parser: nothing reads the header a second time in another way.
 *
 * @returns undefined if anything is unknown, repeated, missing or of another form
 */
export function parseSignature(text: string, times: TimeForm): ParsedSignature | undefined {
  const values = parseParameters(text, times)
  const { keyId, algorithm, created, expires } = values ?? {}
  const covered = values?.['headers']?.split(' ')
  const signature = values?.['signature'] === undefined ? undefined : canonicalBase64(values['signature'])
  const isComplete = keyId !== undefined && covered !== undefined && signature !== undefined
  if (!isComplete || !isDistinctNames(covered)) return undefined
  return {
    keyId,
    covered,
    signature,
    ...(algorithm !== undefined && { algorithm }),
    ...(created !== undefined && { created }),
    ...(expires !== undefined && { expires }),
  }
}

function parseParameters(text: string, times: TimeForm): Partial<Record<string, string>> | undefined {
  const parameter = /([A-Za-z]+)=(?:"([^"\\]*)"|(\d{1,15}))(,(?=.)|$)/y
  const values: Partial<Record<string, string>> = Object.create(null)
  while (parameter.lastIndex < text.length) {
    const [, name = '', quoted, number] = parameter.exec(text) ?? []
    const value = quotedNames.includes(name) || (timeNames.includes(name) && times === 'quoted') ? quoted : undefined
    const time = timeNames.includes(name) && times === 'number' ? number : undefined
    const accepted = value ?? time
    if (accepted === undefined || values[name] !== undefined) return undefined
    if (timeNames.includes(name) && !/^\d{1,15}$/.test(accepted)) return undefined
    values[name] = accepted
  }
  return values
}

function isDistinctNames(names: readonly string[]): boolean {
  const wellFormed = names.every(name => /^(\((request-target|created|expires|key-id)\)|[a-z0-9-]+)$/.test(name))
  return wellFormed && names.length <= 32 && new Set(names).size === names.length
}

function canonicalBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
