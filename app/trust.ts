import { readIssuers } from '@keyhold/adapters'
import type { Config } from './config/config.ts'

/** Certificates of whoever issues those of the servers that are called, in PEM. */
export interface Trust {
  readonly ca: readonly string[] | undefined
}

export async function readTrust({ issuers }: Config): Promise<Trust> {
  return { ca: issuers && (await readIssuers(issuers)) }
}
