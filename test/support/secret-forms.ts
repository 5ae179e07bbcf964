/**
 * The texts in which some bytes could appear anywhere: as they are, hexadecimal, as a list of numbers, and in base64
 * of both alphabets at each of the three places that a byte can have in a group.
 */
export function secretForms(secret: Uint8Array): string[] {
  const bytes = Buffer.from(secret)
  const base64 = [0, 1, 2].flatMap(offset => {
    // The groups that hold nothing but whole bytes of the secret are the same in whatever surrounds it.
    const whole = bytes.subarray(offset, bytes.length - ((bytes.length - offset) % 3))
    return [whole.toString('base64'), whole.toString('base64url')]
  })
  const hex = bytes.toString('hex')
  return [...new Set([bytes.toString('latin1'), hex, hex.toUpperCase(), [...bytes].join(','), ...base64])]
}

/** Those of the named secrets that a text, or the latin1 form of some bytes, holds in any form. */
export function secretsIn(text: string, secrets: Readonly<Record<string, Uint8Array>>): string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => secretForms(secret).some(form => text.includes(form)))
    .map(([name]) => name)
}
