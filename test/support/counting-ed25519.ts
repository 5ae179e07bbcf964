import { type Ed25519Port, openSslEd25519 } from '@keyhold/core'

/** OpenSSL's implementation, which counts signatures and calls something before each of them. */
export class CountingEd25519 implements Ed25519Port {
  readonly name = 'counting'
  readonly verifier = openSslEd25519.verifier
  readonly publicKey = openSslEd25519.publicKey
  signed = 0
  readonly #before: (signed: number) => void

  constructor(before: (signed: number) => void = () => undefined) {
    this.#before = before
  }

  signer(seed: Uint8Array, publicKey: Uint8Array) {
    const { sign, ...signer } = openSslEd25519.signer(seed, publicKey)
    return {
      ...signer,
      sign: (message: Uint8Array) => {
        this.#before(this.signed)
        this.signed += 1
        return sign(message)
      },
    }
  }
}
