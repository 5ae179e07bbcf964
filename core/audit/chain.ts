import { encodeBase64Url } from '../encoding/base64.ts'
import type { Random } from '../ports/index.ts'
import type { DidSigner } from '../zcap/did-signer.ts'
import { type Content, hashOf, lineOf, signedLine, type Tip } from './line.ts'

/** A new chain: its entries are made one after the other, each with the hash of the one before it. */
export class Chain {
  readonly id: string
  #seq = 0
  #hash: string | null = null

  constructor(random: Random) {
    this.id = encodeBase64Url(random(16))
  }

  /** Makes the next entry. @param time Unix time, milliseconds */
  next(content: Content, time: number): string {
    return this.#append(this.#line(content, time))
  }

  /** Makes the last entry, which signs all of them. */
  async end({ didUrl, signer }: DidSigner, time: number): Promise<string> {
    const line = this.#line({ type: 'head', signer: didUrl }, time)
    return this.#append(signedLine(line, await signer.sign(Buffer.from(line, 'utf8'))))
  }

  get length(): number {
    return this.#seq
  }

  /** The entry that was made last. */
  get tip(): Tip {
    return { chain: this.id, seq: this.#seq, hash: this.#hash ?? '' }
  }

  #line(content: Content, time: number): string {
    return lineOf({ chain: this.id, seq: this.#seq + 1, prev: this.#hash, time }, content)
  }

  #append(line: string): string {
    this.#seq += 1
    this.#hash = hashOf(line)
    return line
  }
}
