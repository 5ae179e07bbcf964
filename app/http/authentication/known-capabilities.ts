import { sha256Base64Url } from '@keyhold/core'
import { LRUCache } from 'lru-cache'

/** Bytes of JSON of which is remembered what was read, whoever has sent it. */
const mostBytes = 4_194_304

interface Known<T> {
  readonly capability: T
  /** Bytes of its JSON. */
  readonly length: number
}

/**
 * Remembers what was read of the text of a capability: its holder sends the same with each request, and reading it costs
 * more than anything else but the signatures. That it was read says nothing of what it is worth.
 */
export class KnownCapabilities<T> {
  readonly #read: (text: string) => Known<T>
  readonly #known = new LRUCache<string, Known<T>>({
    maxSize: mostBytes,
    sizeCalculation: ({ length }) => length,
  })

  /** @param read throws if there is nothing to be read, which is not remembered */
  constructor(read: (text: string) => Known<T>) {
    this.#read = read
  }

  /** What was read is shared by all who send the text: nobody may change it. */
  read(text: string): { readonly capability: T; readonly capabilityHash: string } {
    const capabilityHash = sha256Base64Url(text)
    const known = this.#known.get(capabilityHash)
    if (known !== undefined) return { capability: known.capability, capabilityHash }
    const read = this.#read(text)
    this.#known.set(capabilityHash, read)
    return { capability: read.capability, capabilityHash }
  }
}
