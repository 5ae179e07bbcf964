/** What is used here of a library that has no types of its own. */
declare module 'sodium-native' {
  interface Sodium {
    /** @param publicKey 32 bytes, written @param secretKey 64 bytes, written: the seed and the public key */
    crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void
    /** @param signature 64 bytes, written */
    crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void
    crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
  }
  const sodium: Sodium
  export = sodium
}
