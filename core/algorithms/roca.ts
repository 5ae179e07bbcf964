import { wrongKeyMaterial } from './wrong-key-material.ts'

const generator = 65537

const smallPrimes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
  127, 131, 137, 139, 149, 151, 157, 163, 167,
] as const

const powers = smallPrimes.map(prime => [prime, powersModulo(prime)] as const)

/**
 * Refuses the moduli of Infineon's RSALib (CVE-2017-15361): its primes are k·M + (65537^a mod M), M being a product of
 * the first primes, and can be found. So a modulus of two of them is a power of 65537 modulo each of those; one in 2²⁸
 * of all others is, too (Nemec and others, The Return of Coppersmith's Attack, 2017, section 3.3).
 *
 * @param modulus big-endian
 * @throws KmsError INVALID_REQUEST
 */
export function refuseRocaModulus(modulus: Uint8Array): void {
  if (powers.every(([prime, some]) => some.has(remainder(modulus, prime)))) throw wrongKeyMaterial()
}

function powersModulo(prime: number): ReadonlySet<number> {
  const found = new Set<number>()
  for (let power = 1; !found.has(power); power = (power * generator) % prime) found.add(power)
  return found
}

function remainder(number: Uint8Array, divisor: number): number {
  return number.reduce((rest, byte) => (256 * rest + byte) % divisor, 0)
}
