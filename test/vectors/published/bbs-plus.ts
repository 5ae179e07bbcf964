/**
 * BBS+ as BbsBlsSignature2020 has it: vectors of the tests of aries-framework-go (the signature, the proofs and the key
 * pair, which is MATTR's), and others that an independent implementation computed after it had reproduced those.
 * Messages and nonces are texts; standard base64 but for what is marked as hexadecimal.
 */

export const signature = {
  publicKey:
    'lOpN7uGZWivVIjs0325N/V0dAhoPomrgfXVpg7pZNdRWwFwJDVxoE7TvRyOx/Qr7GMtShNuS2Px/oScD+SMf08t8eAO78QRNErPzwNpfkP4ppcSTShStFDfFbsv9L9yb',
  thumbprint: 'HrJFxK55dXeM8fhVOwsgADBlmfrHKyr9nQDZh1cGsIU',
  messages: ['message1', 'message2'],
  signature:
    'hPbLkeMZZ6KKzkjWoTVHeMeuLJfYWjmdAU1Vg5fZ/VZnIXxxeXBB+q0/EL8XQmWkOMMwEGA/D2dCb4MDuntKZpvHEHlvaFR6l1A4bYj0t2Jd6bYwGwCwirNbmSeIoEmJeRzJ1cSvsL+jxvLixdDPnw==',
  /** Hexadecimal, computed. */
  generators: [
    'b586d89085b1115c41e5ad8e8ffed576be51b59cffb20e4ab6ecd3b746fefce9303af96483c581838ca0b12d92608b43',
    '8fb7c933206cfd209aa7d4392ed8b095cc87a289b81e449b29e9de954799dcf2a39a8717f8c6af8edbd8a35aefcd9711',
    '8834f5b0728c22d99df219a4841a58ddecf709b02c1c4a2a12cf42ee154a6545f991dda96efb1c2d6a81ba29913ef71f',
  ],
}

export const proofs = [
  {
    publicKey:
      'sVEbbh9jDPGSBK/oT/EeXQwFvNuC+47rgq9cxXKrwo6G7k4JOY/vEcfgZw9Vf/TpArbIdIAJCFMDyTd7l2atS5zExAKX0B/9Z3E/mgIZeQJ81iZ/1HUnUCT2Om239KFx',
    count: 2,
    revealed: [0],
    messages: ['message1'],
    nonce: 'nonce',
    proof:
      'AAIBiN4EL9psRsIUlwQah7a5VROD369PPt09Z+jfzamP+/114a5RfWVMju3NCUl2Yv6ahyIdHGdEfxhC985ShlGQrRPLa+crFRiu2pfnAk+L6QMNooVMQhzJc2yYgktHen4QhsKV3IGoRRUs42zqPTP3BdqIPQeLgjDVi1d1LXEnP+WFQGEQmTKWTja4u1MsERdmAAAAdIb6HuFznhE3OByXN0Xp3E4hWQlocCdpExyNlSLh3LxK5duCI/WMM7ETTNS0Ozxe3gAAAAIuALkiwplgKW6YmvrEcllWSkG3H+uHEZzZGL6wq6Ac0SuktQ4n84tZPtMtR9vC1Rsu8f7Kwtbq1Kv4v02ct9cvj7LGcitzg3u/ZO516qLz+iitKeGeJhtFB8ggALcJOEsebPFl12cYwkieBbIHCBt4AAAAAxgEHt3iqKIyIQbTYJvtrMjGjT4zuimiZbtE3VXnqFmGaxVTeR7dh89PbPtsBI8LLMrCvFFpks9D/oTzxnw13RBmMgMlc1bcfQOmE9DZBGB7NCdwOnT7q4TVKhswOITKTQ==',
  },
  {
    publicKey:
      'l0Wtf3gy5f140G5vCoCJw2420hwk6Xw65/DX3ycv1W7/eMky8DyExw+o1s2bmq3sEIJatkiN8f5D4k0766x0UvfbupFX+vVkeqnlOvT6o2cag2osQdMFbBQqAybOM4Gm',
    count: 4,
    revealed: [0, 2],
    messages: ['message1', 'message3'],
    nonce: 'nonce',
    proof:
      'AAQFpAE2VALtmriOzSMk/oqid4uJhPQRUVUuyenL/L4w4ykdyh0jCX64EFqCdLP+n8VrkOKXhHPKPoCOdHBOMv96aM15NFg867/MToMeNN0IFzZkzhs37qk1vWWFKReMF+cRsCAmkHO6An1goNHdY/4XquSV3LwykezraWt8+8bLvVn6ciaXBVxVcYkbIXRsVjqbAAAAdIl/C/W5G1pDbLMrUrBAYdpvzGHG25gktAuUFZb/SkIyy0uhtWJk2v6A+D3zkoEBsgAAAAJY/jfJR9kpGbSY5pfz+qPkqyNOTJbs6OEpfBwYGsyC7hspvBGUOYyvuKlS8SvKAXW7hVawAhYJbvnRwzeiP6P9kbZKtLQZIkRQB+mxRSbMk/0JgE1jApHOlPtgbqI9yIouhK9xT2wVZl79qTAwifonAAAABDTDo5VtXR2gloy+au7ai0wcnnzjMJ6ztQHRI1ApV5VuOQ19TYL7SW+C90p3QSZFQ5gtl90PHaUuEAHIb+7ZgbJvh5sc1DjKfThwPx0Ao0w8+xTbLhNlxvo6VE1cfbiuME+miCAibLgHjksQ8ctl322qnblYJLXiS4lvx/jtGvA3',
  },
]

export const keyPair = {
  /** Hexadecimal; in base58 5D6Pa8dSwApdnfg7EZR8WnGfvLDCZPZGsZ5Y1ELL9VDj. */
  secret: '3e87cf9ad093b0c8a53fd825bb1ad20d30bb0cf6cac12304cf1542671abf2f62',
  publicKey:
    'h/rkcTKXXzRbOPr9UxSfegCbid2U/cVNXQUaKeGF7UhwrMJFP70uMH0VQ9+3+/2zDPAAjflsdeLkOXW3+ShktLxuPy8UlXSNgKNmkfb+rrj+FRwbs13pv/WsIf+eV66+',
}

/** Computed: a secret of bytes 11, e of bytes 22 and s of bytes 33, all hexadecimal. */
export const fixedRandomness = {
  secret: Buffer.alloc(32, 0x11),
  e: Buffer.alloc(32, 0x22),
  s: Buffer.alloc(32, 0x33),
  publicKey:
    'pV7mh9vEr6uYx53up1g96XQtGdNtM/z7oF85re6N4ntvUsLkziqcYPIL1IC7c6VgElwLCIQzyPzuX3IvVvQNdoc+TyWh5prgAbOuZBjkenu7RyKMtk/lXO0kSXa5jTL7',
  messages: ['message1', 'message2'],
  signature:
    'swxIOow8VgMm0QmxZU2RsCoHVK7OhhhmH+idJ/6okpuMMr/T2waFZtyVxrZ5hPxGIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMw==',
}

/** Computed. A text hashed to a point, and texts hashed to scalars; hexadecimal. */
export const hashes = {
  point: ['hello', 'a3f8d83078b580443678c83480878da93a44190049d86ecbb21d591d4605e515741f3f5b553764592a40d6d41e1abcc2'],
  scalars: [
    ['message1', '132bfbfaf844bc4b51aa9a64799cea22c81270abd84b90382e8dd5fed4f05ea2'],
    ['nonce', '3b49d6ef7a2cd09c688392c74125ef98d287389b076b0be20656544456850ef3'],
    ['', '6934c0c20b3977d42b3656361b55ef16192bd480f7d1a426cc8705d652e1dd8a'],
  ],
} as const
