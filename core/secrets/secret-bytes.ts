/**
 * Secret bytes that are lent, not handed over. Deliberately not a `Uint8Array`: passing one to a logger, a reply or a
 * store does not type-check, and printing one shows `[secret]`.
 *
 * Wiping is best effort: a garbage collector may have moved the bytes before, and a library may have copied them.
 */
export class SecretBytes {
  readonly #bytes: Uint8Array
  #wiped = false

  /** Takes ownership of `bytes`: the caller must not use or keep them afterwards. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get length(): number {
    return this.#bytes.length
  }

  /** Lends the bytes for the duration of `fn`, which must not keep them. */
  lend<T>(fn: (bytes: Uint8Array) => T): T {
    if (this.#wiped) throw new Error('secret bytes used after they were wiped')
    return fn(this.#bytes)
  }

  /** Lends the bytes for the last time: they are wiped when `fn`, or the promise it answers, has ended. */
  async spend<T>(fn: (bytes: Uint8Array) => T | Promise<T>): Promise<T> {
    try {
      return await this.lend(fn)
    } finally {
      this.wipe()
    }
  }

  wipe(): void {
    this.#bytes.fill(0)
    this.#wiped = true
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}
