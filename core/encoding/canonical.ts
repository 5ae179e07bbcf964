/** Bytes of the length in front of each part. */
const lengthSize = 4

/**
 * The one unambiguous byte form of a list of (well-formed) texts and byte strings: each part is preceded by its length
 * as a big-endian 32-bit number. Two different lists never have the same form, so it can be authenticated.
 */
export function canonicalBytes(parts: readonly (string | Uint8Array)[]): Uint8Array {
  // In one piece: every record that is read or written is given this form.
  let length = 0
  for (const part of parts) length += lengthSize + Buffer.byteLength(part)
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  for (const part of parts) {
    const start = at + lengthSize
    const end = start + (typeof part === 'string' ? bytes.write(part, start, 'utf8') : setBytes(bytes, part, start))
    bytes.writeUInt32BE(end - start, at)
    at = end
  }
  return bytes
}

function setBytes(bytes: Buffer, part: Uint8Array, at: number): number {
  bytes.set(part, at)
  return part.length
}

/** The canonical bytes of a string map: names in code-unit order, so that two equal maps have one form. */
export function canonicalMap(map: Readonly<Record<string, string>>): Uint8Array {
  return canonicalBytes(
    Object.keys(map)
      .sort()
      .flatMap(name => [name, map[name] ?? '']),
  )
}
