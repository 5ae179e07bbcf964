/** The parts of a request that a signature can cover. */
export interface RequestHead {
  readonly method: string
  /** The request target as it was sent: path and query. */
  readonly target: string
  /** Every value that a header was sent with, by its lower-case name. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>
}

/** What a signature says about itself. */
export interface SignatureParameters {
  /** The DID URL of the key. */
  readonly keyId: string
  /** Unix time in seconds, as they were written. */
  readonly created?: string | undefined
  readonly expires?: string | undefined
  /** Lower-case names of what is covered, in order. */
  readonly covered: readonly string[]
}

/**
 * The text that is signed (draft-cavage-http-signatures-12 section 2.3): one line for each covered part, `name: value`.
 *
 * @returns undefined if a covered part is not there, or a header was sent more than once: which of its values the
 * signer meant cannot be known
 */
export function signingString(head: RequestHead, signature: SignatureParameters): string | undefined {
  const lines: string[] = []
  for (const name of signature.covered) {
    const value = coveredValue(head, signature, name)
    if (value === undefined) return undefined
    lines.push(`${name}: ${value}`)
  }
  return lines.join('\n')
}

function coveredValue(head: RequestHead, signature: SignatureParameters, name: string): string | undefined {
  switch (name) {
    case '(request-target)':
      return `${head.method.toLowerCase()} ${head.target}`
    case '(created)':
      return signature.created
    case '(expires)':
      return signature.expires
    case '(key-id)':
      return signature.keyId
    default: {
      const values = Object.hasOwn(head.headers, name) ? head.headers[name] : undefined
      return values?.length === 1 ? values[0]?.trim() : undefined
    }
  }
}
