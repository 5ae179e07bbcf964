import { posix } from 'node:path'
import type { SourceFile } from './repository.ts'

/**
 * What a file imports, types included: relative paths resolved from the root of the repository, the rest as it is. Packages
 * that it requires are imports as well.
 */
export function importsOf({ path, text }: SourceFile): string[] {
  const specifiers = Array.from(
    text.matchAll(/\b(?:from|import(?:\s*\()?|createRequire\(import\.meta\.url\)\((?=['"][^.]))\s*(['"])([^'"\s]+)\1/g),
    match => match[2] ?? '',
  )
  return specifiers.map(specifier =>
    specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier,
  )
}
