import { actionOf } from '@keyhold/client'

/** What is asked for at the routes that invoke no capability; the others are named after their action. */
const operations: Readonly<Record<string, string>> = {
  'POST /v1/keystores': 'createKeyStore',
  'POST /v1/keystores/did': 'vaultDid',
  'GET /v1/keystores/:keystoreId': 'describeKeyStore',
  'POST /v1/keystores/:keystoreId': 'updateKeyStore',
  'POST /v1/keystores/:keystoreId/batch': 'batch',
  'GET /v1/keystores/:keystoreId/jwks': 'listPublicKeys',
  'GET /v1/keystores/:keystoreId/log': 'readLog',
  'GET /v1/keystores/:keystoreId/sessions': 'listSessions',
  'DELETE /v1/keystores/:keystoreId/sessions/:sessionId': 'closeSession',
  'GET /v1/keystores/:keystoreId/zcaps/revocations': 'listRevocations',
  'POST /v1/keystores/:keystoreId/zcaps/revocations/:capabilityId': 'revokeCapability',
}

/** The pattern of a path without what the router wants to know of its parameters. */
export function templateOf(pattern: string): string {
  return pattern.replace(/\([^)]*\)/g, '')
}

/** What a route does, in a word: the action of a capability wherever it needs one. Null for one that does nothing. */
export function operationOf(method: string, template: string): string | null {
  const known = operations[`${method} ${template}`]
  if (known !== undefined) return known
  const action = actionOf(method, `http://route${template}`)
  if (action === undefined) return null
  return template.endsWith('/batch') ? `${action}Batch` : action
}
