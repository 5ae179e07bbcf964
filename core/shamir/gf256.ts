/**
 * The field GF(2^8) over an irreducible polynomial, which is given with its bit for x^8: two sharings with different
 * polynomials look alike and combine to something else.
 *
 * Elements may be secret: nothing branches on them or looks them up in a table.
 */
export class Gf256 {
  readonly #polynomial: number

  constructor(polynomial: number) {
    this.#polynomial = polynomial
  }

  multiply(a: number, b: number): number {
    let product = 0
    let shifted = a
    for (let bit = 0; bit < 8; bit += 1) {
      product ^= shifted & -((b >> bit) & 1)
      shifted = (shifted << 1) ^ (this.#polynomial & -(shifted >> 7))
    }
    return product
  }

  divide(a: number, b: number): number {
    // The 255 elements that are not 0 are a group: b^254 is the inverse of b.
    let inverse = b
    for (let bit = 0; bit < 6; bit += 1) inverse = this.multiply(this.multiply(inverse, inverse), b)
    return this.multiply(a, this.multiply(inverse, inverse))
  }

  /** What the values of a line at two places are to be multiplied with, to add up to its value at 0. */
  weightsAtZero(one: number, other: number): readonly [number, number] {
    const difference = one ^ other
    return [this.divide(other, difference), this.divide(one, difference)]
  }
}
