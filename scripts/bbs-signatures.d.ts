/** The part of it that is compiled to WebAssembly; its main file would look for a native one first. */
declare module '@mattrglobal/bbs-signatures/lib/wasm_module.js' {
  interface KeyPair {
    readonly publicKey: Uint8Array
    readonly secretKey: Uint8Array
  }

  interface Statement {
    readonly publicKey: Uint8Array
    readonly messages: readonly Uint8Array[]
  }

  interface Library {
    generateBls12381G2KeyPair(seed?: Uint8Array): Promise<KeyPair>
    blsSign(request: { readonly keyPair: KeyPair; readonly messages: readonly Uint8Array[] }): Promise<Uint8Array>
    blsVerify(request: Statement & { readonly signature: Uint8Array }): Promise<{ readonly verified: boolean }>
    blsCreateProof(
      request: Statement & {
        readonly signature: Uint8Array
        readonly nonce: Uint8Array
        readonly revealed: readonly number[]
      },
    ): Promise<Uint8Array>
    blsVerifyProof(
      request: Statement & { readonly proof: Uint8Array; readonly nonce: Uint8Array },
    ): Promise<{ readonly verified: boolean }>
  }

  const library: Library
  // biome-ignore lint/style/noDefaultExport: it is a CommonJS module
  export default library
}
