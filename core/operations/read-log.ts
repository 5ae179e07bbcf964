import type { Caller } from '../authorization/caller.ts'
import { isIdentifier } from '../encoding/identifier.ts'
import { invalidRequest } from '../errors.ts'
import { resolveShown } from '../keys/resolve-key.ts'
import type { Kms } from '../kms.ts'
import { type LogPage, readLogPage } from '../records/log-page.ts'

export interface ReadLogCommand {
  readonly keystoreId: string
  /** The `next` of the page before. */
  readonly after?: string
}

/**
 * Shows what was done with a keystore and its keys, the latest first, to whoever may see what it is.
 *
 * @throws KmsError INVALID_REQUEST, KEYSTORE_NOT_FOUND, FORBIDDEN
 */
export async function readLog(kms: Kms, caller: Caller, { keystoreId, after }: ReadLogCommand): Promise<LogPage> {
  const keystore = await resolveShown(kms, caller, keystoreId)
  if (after !== undefined && !isIdentifier(after)) throw invalidRequest('after: not a place in a log')
  return readLogPage(kms.records, keystore.id, after)
}
