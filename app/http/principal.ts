import { type Caller, type NamedKey, sha256Base64Url } from '@keyhold/core'

/** 132 bits of a hash. */
const length = 22

const known = new WeakMap<NamedKey, string>()

/**
 * A short name of who makes a request, the same for all requests of one: the SHA-256 of its DID, or of the JSON array of
 * issuer and subject of a token, cut to 22 characters of base64url; or the thumbprint of a token's key. Undefined for
 * whoever has not said who it is. A DID or a subject is its owner's text, and may name a person.
 */
export function principalOf(caller: Caller): string | undefined {
  switch (caller.kind) {
    case 'signer':
    case 'invoker':
      return ofKey(caller.key)
    case 'session':
      return ofKey(caller.session.key)
    case 'token': {
      const { owner } = caller.token
      return 'thumbprint' in owner ? owner.thumbprint : shortHash(JSON.stringify([owner.issuer, owner.subject]))
    }
    default:
      return undefined
  }
}

/** Keys of the same DID, and those of the same session, are the same object for as long as it is known. */
function ofKey(key: NamedKey): string {
  const name = known.get(key) ?? shortHash(key.controller)
  known.set(key, name)
  return name
}

function shortHash(text: string): string {
  return sha256Base64Url(text).slice(0, length)
}
