/** Whether a text survives UTF-8, as records are written: a lone surrogate and a byte order mark at the front do not. */
export function isKeptVerbatim(text: string): boolean {
  return new TextDecoder().decode(new TextEncoder().encode(text)) === text
}
