/**
 * What existing Go clients know: vectors of aries-framework-go's own tests, and others that an independent
 * implementation computed after it had reproduced those.
 */

/** RFC 8037 appendix A.2 and A.3, also in the framework's tests: the key's id is its JWK thumbprint. */
export const ed25519Id = {
  publicKey: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  thumbprint: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
}

/** The private key of RFC 8410 section 10.3, as PKCS#8 DER. Standard base64, but for the thumbprint. */
export const ed25519Import = {
  key: 'MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC',
  publicKey: 'Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=',
  thumbprint: '3YZxBJ12jO3n_mXt_q-j_Z-TFP1vt-NiI3OCf-fEnHQ',
  message: 'test message',
  signature: 'kCMGPc+hErbrGI2gfZDV0vMdGGsJeY4Gu9GyB0Qz8s87WubJt+W5+xY4UYsosHapjBpq/8i0VwRo1RsA0jPWBw==',
}

/** The key of RFC 6979 appendix A.2.5 in both export forms, and its signature of "sample", whose s is high. */
export const p256Import = {
  key:
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFXZ7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqd' +
    'Mclh63TGNW1owEm4kjth+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ',
  thumbprint: 'DOvxvJiAdIqVWIkFt5hDtCunXLF0BV4-JGv4f-ALSm0',
  message: 'sample',
  forms: {
    ECDSAP256DER: {
      publicKey:
        'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+' +
        'n1F3o8KU1EYimQ==',
      signature: 'MEYCIQDv1IsqrLao/RFA3ZzUXoHWnSyHe1aq+ZHDTQ6oTq83FgIhAPfLHJQtZXxB1DbHobbin2Xz6QDbua/0Bk3Eqy+EOs2o',
    },
    ECDSAP256IEEEP1363: {
      publicKey: 'BGD+1LolWp0xyWHrdMY1bWjASbiSO2H6bOZpYi5g8p+2eQP+EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk=',
      signature: '79SLKqy2qP0RQN2c1F6B1p0sh3tWqvmRw00OqE6vNxb3yxyULWV8QdQ2x6G24p9l8+kA27mv9AZNxKsvhDrNqA==',
    },
  },
} as const

/** Computed; a ciphertext carries no prefix on the wire. */
export const aes256Gcm = {
  key: Buffer.alloc(32, 0x07),
  nonce: 'CQkJCQkJCQkJCQkJ',
  associatedData: 'test aad',
  message: 'test message',
  ciphertext: 'U+D34J6dpBLTA6xdOBfEUP+5MijyvnnlAVUYsA==',
}

/** Computed; a MAC carries the key identifier `01020304` behind a byte 01. */
export const hmac = {
  key: Buffer.alloc(32, 0x11),
  identifier: Uint8Array.of(1, 2, 3, 4),
  data: 'test data',
  mac: 'AQECAwRuNhKpRP6Ej8R7GmbFX3e0BlvqS96/E+s0QMWeXyrp7g==',
}
