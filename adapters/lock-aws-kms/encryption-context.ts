import type { LockContext } from '@keyhold/core'

/** AWS's bound for a context, in characters of its JSON. */
const maximumLength = 8192

/**
 * A context in the form in which AWS gets it: names made of letters, digits and `-`, values made of those and `.`, `_`
 * and `~` stay as they are, so that they can be found in CloudTrail and named in a policy. Anything else is
 * percent-encoded (RFC 3986 section 2.1, upper case), and the empty text, which AWS does not take, is a lone `%`. So two
 * contexts never have one form, and none can use a name that means something to AWS or to an object (`aws:…`,
 * `__proto__`). Undefined if it cannot be told to AWS: too long, or not well-formed Unicode.
 */
export function encryptionContext(context: LockContext): Record<string, string> | undefined {
  try {
    const members = Object.entries(context).map(([name, value]) => [escapeName(name), escapeText(value)] as const)
    const escaped = Object.fromEntries(members)
    return JSON.stringify(escaped).length <= maximumLength ? escaped : undefined
  } catch (error) {
    // A lone surrogate.
    if (error instanceof URIError) return undefined
    throw error
  }
}

/** Stricter than a value: `_` begins and ends the names that mean something to an object. */
function escapeName(text: string): string {
  return escapeText(text).replace(/[._~]/g, percent)
}

function escapeText(text: string): string {
  return text === '' ? '%' : encodeURIComponent(text).replace(/[!'()*]/g, percent)
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
