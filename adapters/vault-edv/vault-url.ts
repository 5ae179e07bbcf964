import { invalidRequest } from '@keyhold/core'

/** Characters of a URL at most. */
const maximumLength = 2048

/** Nothing in it could be read in two ways: no escapes, no empty segments, one id at its end. */
const pathPattern = /^(?:\/[A-Za-z0-9._~-]+)*\/(?:encrypted-data-vaults|edvs)\/[A-Za-z0-9._~-]+$/

/**
 * Reads the URL of a vault. Of servers that do something else with such a path nobody knows.
 *
 * @returns it in its normal form
 * @throws KmsError INVALID_REQUEST
 */
export function readVaultUrl(text: string): string {
  const url = text.length <= maximumLength ? URL.parse(text) : null
  const isVault =
    url !== null &&
    url.search === '' &&
    url.hash === '' &&
    url.username + url.password === '' &&
    // What the parser has taken out of it, such as dot segments, is not there to be seen in its path.
    text.endsWith(url.pathname) &&
    !/[?#]/.test(text) &&
    pathPattern.test(url.pathname)
  if (!isVault) throw invalidRequest('the URL of the vault is not that of an Encrypted Data Vault')
  return url.href
}
