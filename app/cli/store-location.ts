import { resolve } from 'node:path'
import type { KeyStorePort } from '@keyhold/core'
import type { StoreConfig } from '../config/config.ts'
import { type Notes, openExistingStore, openUncachedStore } from '../open-store.ts'

/** Where a store is, as an operator writes it. */
export type Location =
  | { readonly kind: 'embedded'; readonly directory: string }
  | { readonly kind: 'mongodb'; readonly url: string; readonly prefix: string }

/** @throws RangeError with a sentence that does not repeat the text, which may hold a password */
export function parseLocation(text: string, prefix: string | undefined): Location {
  if (/^mongodb(\+srv)?:\/\/./.test(text)) return { kind: 'mongodb', url: text, prefix: prefix ?? '' }
  const [, directory] = /^embedded:(.+)$/s.exec(text) ?? []
  if (directory === undefined) throw new RangeError('a store is embedded:DIRECTORY or mongodb://…')
  if (prefix !== undefined) throw new RangeError('a prefix belongs to MongoDB')
  return { kind: 'embedded', directory: resolve(directory) }
}

export function isSameLocation(one: Location, other: Location): boolean {
  if (one.kind === 'embedded') return other.kind === 'embedded' && one.directory === other.directory
  return other.kind === 'mongodb' && one.url === other.url && one.prefix === other.prefix
}

/** Milliseconds. */
const patience = { startTimeout: 30_000, callTimeout: 30_000, cacheTtl: 0 } as const
const noTrust = { ca: undefined } as const

/** Opens a store that must be there already, as it is. */
export async function openSource(location: Location, log: Notes): Promise<KeyStorePort> {
  return openExistingStore(configOf(location), noTrust, log)
}

/** Opens a store, and makes it if it is not there. */
export async function openTarget(location: Location, log: Notes): Promise<KeyStorePort> {
  return openUncachedStore(configOf(location), noTrust, log)
}

function configOf(location: Location): StoreConfig {
  return location.kind === 'embedded' ? location : { ...location, ...patience }
}
