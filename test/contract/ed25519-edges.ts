/**
 * On the edges of RFC 8032, where implementations differ (Chalkias, Garillot, Nikolaenko: Taming the many EdDSAs, 2020),
 * hexadecimal. Made for this suite: the private scalar and the one of R are SHA-512 of `a` and `r`, and S fits both.
 */
export const ed25519Edges = [
  {
    name: 'an ordinary signature',
    publicKey: '88aa55e6afeed8960a3191de78600347db8acd0a3795412f275f049b86260488',
    message: '6d657373616765',
    signature:
      '3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a' +
      '23c822b0f383432ad88b0e06f370e31ff76f3e50f6b449dde978456f3dd9d90a',
    valid: true,
  },
  {
    name: 'S plus the order of the group',
    publicKey: '88aa55e6afeed8960a3191de78600347db8acd0a3795412f275f049b86260488',
    message: '6d657373616765',
    signature:
      '3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a' +
      '109c180d0ee75582ae2806a9d16ac234f76f3e50f6b449dde978456f3dd9d91a',
    valid: false,
  },
  {
    name: 'R plus a point of order 8: valid with the cofactor alone',
    publicKey: '88aa55e6afeed8960a3191de78600347db8acd0a3795412f275f049b86260488',
    message: '6d657373616765',
    signature:
      '5b61c2e3b93e6c06450f327ea72cdfeb8cde6aa020d2dd827ab3f86e708c8393' +
      '6ce00002e15501701c1cd033badf1de99758d6960dda3dabcaa3f54003e53c07',
    valid: false,
  },
  {
    name: 'R plus a point of order 4: valid with the cofactor alone',
    publicKey: '88aa55e6afeed8960a3191de78600347db8acd0a3795412f275f049b86260488',
    message: '6d657373616765',
    signature:
      '1a0eb647990e5b1297c67b2214fff5bc2f122b83570790112e5218ed371febbf' +
      'eae4e826e082a4749a1081a0ae2661cc684fc8bd03ba948ac7199ba3bddb700f',
    valid: false,
  },
  {
    name: 'R plus a point of order 2: valid with the cofactor alone',
    publicKey: '88aa55e6afeed8960a3191de78600347db8acd0a3795412f275f049b86260488',
    message: '6d657373616765',
    signature:
      'afab3bbe6d8060f11a1ec1cb0f4fbfb3afbc9ae570b4810f785e3bdd9d57a2f5' +
      'afd9e757d449cb05178f697b2c06f407fe87f13b436a8f12861135aecf553900',
    valid: false,
  },
  {
    name: 'a public key plus a point of order 8',
    publicKey: '99555efe5dbf5b50b6fb4d8c38ee05c4ea8a97011c08e11366e8c8c00e8ce5d5',
    message: '6d6573736167652031',
    signature:
      '3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a' +
      'feca1dc3c9e3a21a4984f50abc2153b26fea8ffad558b06a64172307c6834e03',
    valid: true,
  },
  {
    name: 'a public key plus a point of order 8: valid with the cofactor alone',
    publicKey: '99555efe5dbf5b50b6fb4d8c38ee05c4ea8a97011c08e11366e8c8c00e8ce5d5',
    message: '6d6573736167652030',
    signature:
      '3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a' +
      '67d808b78053654cc287aff328bc63ea329a3fdd7cba3523bf91d8a520b83b0d',
    valid: false,
  },
  {
    name: 'R of order 1',
    publicKey: '88aa55e6afeed8960a3191de78600347db8acd0a3795412f275f049b86260488',
    message: '6d657373616765',
    signature:
      '0100000000000000000000000000000000000000000000000000000000000000' +
      '87f1d12171bb12c02106c515abb90f12268b29ee55d0a204656082655b809d07',
    valid: false,
  },
  {
    name: 'R of order 2, and a public key plus a point of order 8',
    publicKey: '99555efe5dbf5b50b6fb4d8c38ee05c4ea8a97011c08e11366e8c8c00e8ce5d5',
    message: '6d6573736167652031',
    signature:
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f' +
      '3b56454d81cd9d4c73660244a6cedfbfe89b256edc67943da2f652fc11e4c50f',
    valid: false,
  },
  {
    name: 'R of order 4, and a public key plus a point of order 8',
    publicKey: '99555efe5dbf5b50b6fb4d8c38ee05c4ea8a97011c08e11366e8c8c00e8ce5d5',
    message: '6d6573736167652030',
    signature:
      '0000000000000000000000000000000000000000000000000000000000000080' +
      '79f6d411bc7f979f18bc1229cf4ae7a643b6d68a12231a62f5e3d396f648ba0e',
    valid: false,
  },
  {
    name: 'R of order 8, and a public key plus a point of order 8',
    publicKey: '99555efe5dbf5b50b6fb4d8c38ee05c4ea8a97011c08e11366e8c8c00e8ce5d5',
    message: '6d6573736167652031',
    signature:
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a' +
      '233399882b6d5ec6f24f1018ba428ecf09b66949191c88bf827b63380f0eb80c',
    valid: false,
  },
  {
    name: 'R of order 1 in another form (y + p)',
    publicKey: '88aa55e6afeed8960a3191de78600347db8acd0a3795412f275f049b86260488',
    message: '6d657373616765',
    signature:
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f' +
      '982ffc27f9bf7cb9c72a0257662608861e7bcd38b9888772921f68067862e606',
    valid: false,
  },
  {
    name: 'R of order 1 in another form (negative zero)',
    publicKey: '88aa55e6afeed8960a3191de78600347db8acd0a3795412f275f049b86260488',
    message: '6d657373616765',
    signature:
      '0100000000000000000000000000000000000000000000000000000000000080' +
      '9ef41d42bab3b7320ff93010c70abba1428f0a379d9c664e25cb348efa6db30a',
    valid: false,
  },
  {
    name: 'zeros',
    publicKey: '88aa55e6afeed8960a3191de78600347db8acd0a3795412f275f049b86260488',
    message: '6d657373616765',
    signature:
      '0000000000000000000000000000000000000000000000000000000000000000' +
      '0000000000000000000000000000000000000000000000000000000000000000',
    valid: false,
  },
] as const
