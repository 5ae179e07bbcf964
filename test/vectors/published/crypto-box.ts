/** NaCl boxes as the tests of aries-framework-go have them, base58. */
export const goBox = {
  privateKey1: '4BsY8pbXj2fjSnAafAvBL2qChnePw5cZML9qjQgAJrUd',
  publicKey1: '7cWi6z8efvAHwjNzkdjZe8huoJtqpy6zihsKANJmcAnD',
  privateKey2: '2U3zcoveWe1BAGem9ije1WwRvDguTPyXCvJRytWcEnS7',
  publicKey2: '7usXitPNvWFEyfH3xNvqxtmn6xwt8jggPVTZ56qxM2G8',
  nonce: 'abcdefghijklmnopqrstuvwx',
  payload: 'hjlp! my angry fez vows quit xkcd',
  box: 'GpYpRShjVgLjs9e5mXm85GaQpVqsqmTiaJgsvWCNUsfDQU7fWR89kf6CPfFpPtWGJUR',
}

export const goSealNonce = {
  ephemeral: '6Gy2UWZCvYcTnpNvQX6ZNhz8FEofrhVxLCEPrjNTTZui',
  recipient: '9mGybrrDfGPdnGXA4BXbzJXnbg2w27bZ1ok6whbJrhF9',
  nonce: 'EWqT43jjhcy4wJHamH2RFthdLAQhits8F',
}

/** An Ed25519 private key (seed and public key), and the X25519 scalar that belongs to it: clamped. */
export const goConversion = {
  ed25519: 'DH43p5VzoVzDkgkQzgzybE9Z2hK8KevuS9x56A6AEKscHBS3ZXaf6hU4kP6VPM421REUoxCssVeif9XCVaGhURS',
  x25519: '3im72Q16HHqfgqziCKR7dKkZF59ZHEGxqc5nfhFqF223',
}

/** The keys of RFC 8032 section 7.1 and RFC 7748 section 6.1; the boxes are computed. Hexadecimal and base64. */
export const boxFlow = {
  alice: {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    x25519: 'd85e07ec22b0ad881537c2f44d662d1a143cf830c57aca4305d85c7a90f6b62e',
    thumbprint: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  },
  bob: {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    x25519: '25c704c594b88afc00a76b69d1ed2b984d7e22550f3ed0802d04fbcd07d38d47',
    thumbprint: 'FtIu-VbGrfe_KB6CH7GNwODB72MNxj_ml11dEvO-7kk',
  },
  nonce: '000102030405060708090a0b0c0d0e0f1011121314151617',
  payload: 'test payload',
  easy: 'A7vs9QG65IOmGs+7Fnrza2WR/VlfGrNfMVAmSA==',
  sealedPayload: 'test payload 2',
  sealed: 'hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmpWvzgOGpwCRSLINH2gPx0vxlUYjA8v3NiM8j+RZqY=',
} as const
