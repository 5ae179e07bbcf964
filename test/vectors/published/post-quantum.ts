/**
 * ML-DSA-65. The key is that of RFC 9881 appendix C, the signature case 1 of Project Wycheproof's
 * `mldsa_65_sign_seed_test.json`: it is deterministic, which is what a hedged one is whose randomness is zeros.
 */
export const mlDsa = {
  key: {
    seed: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    publicKeySha256: 'd666806e11cee19a7c989f7445f90dd419cf4d2d51db8c0fdb4c0f0a542238c9',
  },
  signature: {
    seed: '2a'.repeat(32),
    message: 'Hello world',
    sha256: '39fbbb0d97a52c79844213b325af823a7f16a174e00a5b3daeb3e6e6d1c89681',
  },
} as const

/**
 * ML-KEM-768. The first key is that of RFC 9935 appendix C, the second one and what is encapsulated for it the first
 * cases of FIPS 203 in Project Wycheproof's `mlkem_768_keygen_seed_test.json` and `mlkem_768_encaps_test.json`.
 */
export const mlKem = {
  keys: [
    {
      seed:
        '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f' +
        '202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f',
      publicKeySha256: '0b7934c83125c788995e2ba6bd761e33046b3e40571be53e023309a29f398cc9',
    },
    {
      seed:
        '7c9935a0b07694aa0c6d10e4db6b1add2fd81a25ccb148032dcd739936737f2d' +
        '8626ed79d451140800e03b59b956f8210e556067407d13dc90fa9e8b872bfb8f',
      publicKeySha256: '86adbca81f4fee893e2fb58fb98aa2fe188f501fed268d7f4056f8c05c4e53c4',
    },
  ],
  encapsulation: {
    random: '147c03f7a5bebba406c8fae1874d7f13c80efe79a3a9a874cc09fe76f6997615',
    ciphertextSha256: '36829a2f35cbf4deb62c0a12a15c22dae9f8d2c252566fc24f88abe805cb575e',
    secret: 'e7184a0975ee3470878d2d159ec83129c8aec253d4ee17b4810311d198cd0368',
  },
} as const
