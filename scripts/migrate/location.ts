import { resolve } from 'node:path'

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
