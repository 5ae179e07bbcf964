import { type Ed25519Port, openSslEd25519 } from '@keyhold/core'

type Before = (signed: number, message: Uint8Array) => void

/** OpenSSL's implementation, which counts signatures and calls something before and after each of them. */
export class CountingEd25519 implements Ed25519Port {
  readonly name = 'counting'
  readonly verifier = openSslEd25519.verifier
  readonly publicKey = openSslEd25519.publicKey
  signed = 0
  readonly #before: Before
  readonly #after: (signature: Uint8Array) => void

  constructor(before: Before = () => undefined, after: (signature: Uint8Array) => void = () => undefined) {
    this.#before = before
    this.#after = after
  }

  signer(seed: Uint8Array, publicKey: Uint8Array) {
    const { sign, ...signer } = openSslEd25519.signer(seed, publicKey)
    return {
      ...signer,
      sign: (message: Uint8Array) => {
        this.#before(this.signed, message)
        this.signed += 1
        const signature = sign(message)
        this.#after(signature)
        return signature
      },
    }
  }
}
