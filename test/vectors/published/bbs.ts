/**
 * Vectors of draft-irtf-cfrg-bbs-signatures for BLS12-381-SHA-256, as its repository
 * (decentralized-identity/bbs-signature, tooling/fixtures, July 2025) holds them. Hexadecimal; messages are indexes of
 * `messages`.
 */

export const messages = [
  '9872ad089e452c7b6e283dfac2a80d58e8d0ff71cc4d5e310a1debdda4a45f02',
  'c344136d9ab02da4dd5908bbba913ae6f58c2cc844b802a6f811f5fb075f9b80',
  '7372e9daa5ed31e6cd5c825eac1b855e84476a1d94932aa348e07b73',
  '77fe97eb97a1ebe2e81e4e3597a3ee740a66e9ef2412472c',
  '496694774c5604ab1b2544eababcf0f53278ff50',
  '515ae153e22aae04ad16f759e07237b4',
  'd183ddc6e2665aa4e2f088af',
  'ac55fb33a75909ed',
  '96012096',
  '',
  '7385ee1a722e00e173b4cdb1c1e0c3fb379403a31b337d3778c447d9da664ac876b0f7c5587d9e994c51f9e2b6de09c0f1d0f3b39b275a96da4926c22e55166998b8c4e90372820c007ceb27bd34ec4ebfab63fea4dcc88d95f58b25ffd35b041f3fe994',
]

export const keyPair = {
  secretKey: '60e55110f76883a13d030b2f6bd11883422d5abde717569fc0731f51237169fc',
  publicKey:
    'a820f230f6ae38503b86c70dc50b61c58a77e45c39ab25c0652bbaa8fa136f2851bd4781c9dcde39fc9d1d52c9e60268061e7d7632171d91aa8d460acee0e96f1e7c4cfb12d3ff9ab5d5dc91c277db75c845d649ef3c4f63aebc364cd55ded0c',
}

/** The two that start the list: Q1 and H1. */
export const generators = [
  'a9ec65b70a7fbe40c874c9eb041c2cb0a7af36ccec1bea48fa2ba4c2eb67ef7f9ecb17ed27d38d27cdeddff44c8137be',
  '98cd5313283aaf5db1b3ba8611fe6070d19e605de4078c38df36019fbaad0bd28dd090fd24ed27f7f4d22d5ff5dea7d4',
]

/** What expand_message makes random scalars of, 48 bytes for each. */
export const mockedRandomness = {
  seed: '332e313431353932363533353839373933323338343632363433333833323739',
  dst: '4242535f424c53313233383147315f584d443a5348412d3235365f535357555f524f5f4832475f484d32535f4d4f434b5f52414e444f4d5f5343414c4152535f4453545f',
}

export interface PublishedSignature {
  readonly name: string
  readonly publicKey: string
  readonly header: string
  readonly messages: readonly number[]
  readonly signature: string
  readonly valid: boolean
}

export const signatures: readonly PublishedSignature[] = [
  {
    name: 'valid single message signature',
    publicKey:
      'a820f230f6ae38503b86c70dc50b61c58a77e45c39ab25c0652bbaa8fa136f2851bd4781c9dcde39fc9d1d52c9e60268061e7d7632171d91aa8d460acee0e96f1e7c4cfb12d3ff9ab5d5dc91c277db75c845d649ef3c4f63aebc364cd55ded0c',
    header: '11223344556677889900aabbccddeeff',
    messages: [0],
    signature:
      '84773160b824e194073a57493dac1a20b667af70cd2352d8af241c77658da5253aa8458317cca0eae615690d55b1f27164657dcafee1d5c1973947aa70e2cfbb4c892340be5969920d0916067b4565a0',
    valid: true,
  },
  {
    name: 'invalid single message signature (modified message)',
    publicKey:
      'a820f230f6ae38503b86c70dc50b61c58a77e45c39ab25c0652bbaa8fa136f2851bd4781c9dcde39fc9d1d52c9e60268061e7d7632171d91aa8d460acee0e96f1e7c4cfb12d3ff9ab5d5dc91c277db75c845d649ef3c4f63aebc364cd55ded0c',
    header: '11223344556677889900aabbccddeeff',
    messages: [9],
    signature:
      '84773160b824e194073a57493dac1a20b667af70cd2352d8af241c77658da5253aa8458317cca0eae615690d55b1f27164657dcafee1d5c1973947aa70e2cfbb4c892340be5969920d0916067b4565a0',
    valid: false,
  },
  {
    name: 'invalid single message signature (extra unsigned message)',
    publicKey:
      'a820f230f6ae38503b86c70dc50b61c58a77e45c39ab25c0652bbaa8fa136f2851bd4781c9dcde39fc9d1d52c9e60268061e7d7632171d91aa8d460acee0e96f1e7c4cfb12d3ff9ab5d5dc91c277db75c845d649ef3c4f63aebc364cd55ded0c',
    header: '11223344556677889900aabbccddeeff',
    messages: [0, 1],
    signature:
      '84773160b824e194073a57493dac1a20b667af70cd2352d8af241c77658da5253aa8458317cca0eae615690d55b1f27164657dcafee1d5c1973947aa70e2cfbb4c892340be5969920d0916067b4565a0',
    valid: false,
  },
  {
    name: 'valid multi-message signature',
    publicKey:
      'a820f230f6ae38503b86c70dc50b61c58a77e45c39ab25c0652bbaa8fa136f2851bd4781c9dcde39fc9d1d52c9e60268061e7d7632171d91aa8d460acee0e96f1e7c4cfb12d3ff9ab5d5dc91c277db75c845d649ef3c4f63aebc364cd55ded0c',
    header: '11223344556677889900aabbccddeeff',
    messages: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    signature:
      '8339b285a4acd89dec7777c09543a43e3cc60684b0a6f8ab335da4825c96e1463e28f8c5f4fd0641d19cec5920d3a8ff4bedb6c9691454597bbd298288abed3632078557b2ace7d44caed846e1a0a1e8',
    valid: true,
  },
  {
    name: 'invalid multi-message signature (missing messages)',
    publicKey:
      'a820f230f6ae38503b86c70dc50b61c58a77e45c39ab25c0652bbaa8fa136f2851bd4781c9dcde39fc9d1d52c9e60268061e7d7632171d91aa8d460acee0e96f1e7c4cfb12d3ff9ab5d5dc91c277db75c845d649ef3c4f63aebc364cd55ded0c',
    header: '11223344556677889900aabbccddeeff',
    messages: [0, 1],
    signature:
      '8339b285a4acd89dec7777c09543a43e3cc60684b0a6f8ab335da4825c96e1463e28f8c5f4fd0641d19cec5920d3a8ff4bedb6c9691454597bbd298288abed3632078557b2ace7d44caed846e1a0a1e8',
    valid: false,
  },
  {
    name: 'invalid multi-message signature (re-ordered messages)',
    publicKey:
      'a820f230f6ae38503b86c70dc50b61c58a77e45c39ab25c0652bbaa8fa136f2851bd4781c9dcde39fc9d1d52c9e60268061e7d7632171d91aa8d460acee0e96f1e7c4cfb12d3ff9ab5d5dc91c277db75c845d649ef3c4f63aebc364cd55ded0c',
    header: '11223344556677889900aabbccddeeff',
    messages: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    signature:
      '8339b285a4acd89dec7777c09543a43e3cc60684b0a6f8ab335da4825c96e1463e28f8c5f4fd0641d19cec5920d3a8ff4bedb6c9691454597bbd298288abed3632078557b2ace7d44caed846e1a0a1e8',
    valid: false,
  },
  {
    name: 'invalid multi-message signature (wrong public key)',
    publicKey:
      'b064bd8d1ba99503cbb7f9d7ea00bce877206a85b1750e5583dd9399828a4d20610cb937ea928d90404c239b2835ffb104220a9c66a4c9ed3b54c0cac9ea465d0429556b438ceefb59650ddf67e7a8f103677561b7ef7fe3c3357ec6b94d41c6',
    header: '11223344556677889900aabbccddeeff',
    messages: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    signature:
      '8339b285a4acd89dec7777c09543a43e3cc60684b0a6f8ab335da4825c96e1463e28f8c5f4fd0641d19cec5920d3a8ff4bedb6c9691454597bbd298288abed3632078557b2ace7d44caed846e1a0a1e8',
    valid: false,
  },
  {
    name: 'invalid multi-message signature (different header)',
    publicKey:
      'a820f230f6ae38503b86c70dc50b61c58a77e45c39ab25c0652bbaa8fa136f2851bd4781c9dcde39fc9d1d52c9e60268061e7d7632171d91aa8d460acee0e96f1e7c4cfb12d3ff9ab5d5dc91c277db75c845d649ef3c4f63aebc364cd55ded0c',
    header: 'ffeeddccbbaa00998877665544332211',
    messages: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    signature:
      '8339b285a4acd89dec7777c09543a43e3cc60684b0a6f8ab335da4825c96e1463e28f8c5f4fd0641d19cec5920d3a8ff4bedb6c9691454597bbd298288abed3632078557b2ace7d44caed846e1a0a1e8',
    valid: false,
  },
  {
    name: 'invalid multi-message signature (re-ordered(randomly shuffled) messages)',
    publicKey:
      'a820f230f6ae38503b86c70dc50b61c58a77e45c39ab25c0652bbaa8fa136f2851bd4781c9dcde39fc9d1d52c9e60268061e7d7632171d91aa8d460acee0e96f1e7c4cfb12d3ff9ab5d5dc91c277db75c845d649ef3c4f63aebc364cd55ded0c',
    header: '11223344556677889900aabbccddeeff',
    messages: [7, 9, 2, 6, 0, 8, 5, 1, 3, 4],
    signature:
      '8339b285a4acd89dec7777c09543a43e3cc60684b0a6f8ab335da4825c96e1463e28f8c5f4fd0641d19cec5920d3a8ff4bedb6c9691454597bbd298288abed3632078557b2ace7d44caed846e1a0a1e8',
    valid: false,
  },
  {
    name: 'valid multi-message signature, no header',
    publicKey:
      'a820f230f6ae38503b86c70dc50b61c58a77e45c39ab25c0652bbaa8fa136f2851bd4781c9dcde39fc9d1d52c9e60268061e7d7632171d91aa8d460acee0e96f1e7c4cfb12d3ff9ab5d5dc91c277db75c845d649ef3c4f63aebc364cd55ded0c',
    header: '',
    messages: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    signature:
      '8c87e2080859a97299c148427cd2fcf390d24bea850103a9748879039262ecf4f42206f6ef767f298b6a96b424c1e86c26f8fba62212d0e05b95261c2cc0e5fdc63a32731347e810fd12e9c58355aa0d',
    valid: true,
  },
]
