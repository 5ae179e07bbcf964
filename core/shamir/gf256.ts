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

  /** Where the line through two points of different x meets x = 0. */
  atZero(one: Point, other: Point): number {
    const difference = one.x ^ other.x
    const fromOne = this.multiply(one.y, this.divide(other.x, difference))
    const fromOther = this.multiply(other.y, this.divide(one.x, difference))
    return fromOne ^ fromOther
  }
}

export interface Point {
  readonly x: number
  readonly y: number
}
