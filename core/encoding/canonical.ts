/**
 * The one unambiguous byte form of a list of (well-formed) texts and byte strings: each part is preceded by its length
 * as a big-endian 32-bit number. Two different lists never have the same form, so it can be authenticated.
 */
export function canonicalBytes(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const chunks: Uint8Array[] = []
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    chunks.push(length, bytes)
  }
  return Buffer.concat(chunks)
}

/** The canonical bytes of a string map: names in code-unit order, so that two equal maps have one form. */
export function canonicalMap(map: Readonly<Record<string, string>>): Uint8Array {
  return canonicalBytes(
    Object.keys(map)
      .sort()
      .flatMap(name => [name, map[name] ?? '']),
  )
}
