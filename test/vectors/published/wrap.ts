/**
 * ECDH-1PU and ECDH-ES key wrapping: draft-madden-jose-ecdh-1pu-04 appendix B, which is also in the tests of
 * aries-framework-go, and more over the same keys, computed by an independent implementation after it had reproduced
 * those. Base64url in keys, standard base64 in what is wrapped, hexadecimal in KEKs.
 */
export const x25519Keys = {
  alice: { x: 'Knbm_BcdQr7WIoz-uqit9M0wbcfEr6y-9UfIZ8QnBD4', d: 'i9KuFhSzEBsiv3PKVL5115OCdsqQai5nj_Flzfkw5jU' },
  bob: { x: 'BT7aR0ItXfeDAldeeOlXL_wXqp-j5FltT0vRSG16kRw', d: '1gDirl_r_Y3-qUa3WXHgEXrrEHngWThU3c9zj9A2uBg' },
  charlie: { x: 'q-LsvU772uV_2sPJhfAIq-3vnKNVefNoIlvyvg1hrnE', d: 'Jcv8gklhMjC0b-lsk5onBbppWAx5ncNtbM63Jr9xBQE' },
  ephemeral: { x: 'k9of_cpAajy0poW5gaixXGs9nHkwg1AFqUAFa39dyBc', d: 'x8EVZH4Fwk673_mUujnliJoSrLz0zYzzCWp5GUX2fc8' },
} as const

/** RFC 7518 appendix C: Alice's key is the ephemeral one. */
export const p256Keys = {
  alice: {
    x: 'gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0',
    y: 'SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps',
    d: '0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo',
  },
  bob: {
    x: 'weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ',
    y: 'e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck',
    d: 'VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw',
  },
} as const

/** RFC 7518 appendix C: the key that is agreed on for direct encryption. */
export const rfc7518AppendixC = { algorithm: 'A128GCM', apu: 'Alice', apv: 'Bob', derived: 'VqqN6vgjbSBcIijNcacQGg' }

const tag = 'HLb4fTlm8spGmij3RyOs2gJ4DpHM4hhVRwdF_hGb3WQ'
const draft = { algorithm: 'ECDH-1PU+A128KW', apu: 'Alice', apv: 'Bob and Charlie', tag, cekLength: 64 } as const
const onePu = { apu: 'Alice', apv: 'Bob and Charlie', recipient: 'bob' } as const
const es = { ...onePu, tag: undefined }

/** For Bob, or Charlie, by Alice: the CEK is the first so many bytes of ff, fe, fd … */
export const x25519Wraps = [
  {
    ...draft,
    recipient: 'bob',
    kek: 'df4c37a0668306a11e3d6b0074b5d8df',
    wrapped: 'pOMVA9/PtoRe7xXW1139NzzN1UhiFoio8lGto9cf0t8PyU+sjNXH8+LIRLycq8CHJQbDwvQeU1cSl55cQ0hGezJu2N9IY0QN',
  },
  {
    ...draft,
    recipient: 'charlie',
    kek: '57d8126f1b7ec4ccb0584dac03cb27cc',
    wrapped: '56GVudgRLIMEElQ7DpXsijJVRSWUSDNdbWkdV3g0GUNq6hcT/GkxwnxlPIWrTXCqRpVKQC8fe4z3PQ2YH2afvjQ28aiCTWFE',
  },
  {
    ...onePu,
    algorithm: 'ECDH-1PU+A128KW',
    tag: undefined,
    cekLength: 32,
    kek: '5ad0029dc463ccebab8797da2a12e248',
    wrapped: 'f7pX/45Yk2L2qcqPK3P7WD0GvYMRZydfETJ6uXeI8qxb/yOmJtphYg==',
  },
  {
    ...onePu,
    algorithm: 'ECDH-1PU+A192KW',
    tag: undefined,
    cekLength: 48,
    kek: '33c5e3cf236cb0b06d276ef6c03a7737bc6a7ce64b007fcc',
    wrapped: '5Gy4ap6TXkDxqC6GlUbdADmLPfA8eUkh/BghcwbU1bb+sPPwtBkW8Bv8VBEto7fsjrEiXo9cYvw=',
  },
  {
    ...onePu,
    algorithm: 'ECDH-1PU+A256KW',
    tag: undefined,
    cekLength: 64,
    kek: '70d9a661d582f8b82e759f36f1584b1b0795bfcc87ba49a6fe206f40f2e255b3',
    wrapped: '9ZzLJn57HL0wRJpPUopDFxrDwVhaMmxoM+G9gJeg2w6AtUUYTbDcuVfuI55GGYLHF0SzfuGoA/d0TE7oz45ohMbkzXgqD7m+',
  },
  {
    ...onePu,
    algorithm: 'ECDH-1PU+A256KW',
    tag,
    cekLength: 64,
    kek: 'a415b45dc621c7b0d6c72abd89db74e495d15756d98da176804b7f564488457e',
    wrapped: 'j+t89G/WhaMbwBnLgvGkbhgUr2ADI91qzbF3GnRkqY8vhkDWA25StpRPl+hidurrd8buVhnfyOFhPSqbnKV9OrdIQZIW+I7r',
  },
  {
    ...onePu,
    algorithm: 'ECDH-1PU+XC20PKW',
    tag,
    cekLength: 32,
    kek: 'a1ad7ed10c787f444735b43b63f80e86e9ada1b4127e5cd510b37904e4f63191',
    wrapped: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXaBpng6BKaeCsy7biPY9arKH10W3N7vCfDLMEJ96a3lUGvSuJL9HzqFVRZpbNks2D',
  },
  {
    ...es,
    algorithm: 'ECDH-ES+A256KW',
    cekLength: 32,
    kek: '786085f2d10db39334c3d3f93015b970df6efa1cda5cd4762f278043d573f085',
    wrapped: 's5qXdctG5vOiJzS0+y88ZfDEhWNERQ9jv2OqVRTyFaHBD86cDn4vow==',
  },
  {
    ...es,
    algorithm: 'ECDH-ES+A256KW',
    // What stands there when the caller has none: the text of the ephemeral key's `x`.
    apu: 'k9of_cpAajy0poW5gaixXGs9nHkwg1AFqUAFa39dyBc',
    apv: '',
    cekLength: 32,
    kek: '60ff190c951b15451f97aeb0f6a02b0ce84a09ce59c729da639844b2cc5df74c',
    wrapped: 'Qy73wCxun3CNWyYxEFt/2G0xLgeFpzsEMQPgRjseGwtCATC7K8a4bQ==',
  },
  {
    ...es,
    algorithm: 'ECDH-ES+XC20PKW',
    cekLength: 32,
    kek: '5f0e3607f43f543530f964d1b8410a33f42048865a8ff28e2331349d84d6e7eb',
    wrapped: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXr31ucnVDBenUjDYPWzR0ogdwQQAeTt1mNdR8XO2ey/CjZeuJjTXM1V3ssJV9dAkl',
  },
] as const

export const p256Wrap = {
  algorithm: 'ECDH-ES+A256KW',
  apu: 'Alice',
  apv: 'Bob',
  cekLength: 32,
  kek: '8cf6eb19af6ae096c6013b5c7b350adcab8867e26fc28fa7a466a69dc7925521',
  wrapped: '98GnTB30y0OqFE3iB/KZ/Rp2UiswG2C7XHyqYix5ooEWzjqaBKjCAw==',
} as const

/** The key of RFC 7517 appendix A.1, as it is exported under its thumbprint. */
export const p256Export = {
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
  d: '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE',
  thumbprint: 'cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s',
  exported:
    '{"kid":"cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4=",' +
    '"y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM=","curve":"NIST_P256","type":"EC"}',
} as const

/** RFC 7748, by section, hexadecimal; the thumbprint is computed. */
export const rfc7748 = {
  '6.1': {
    keyType: 'X25519ECDHKW',
    crv: 'X25519',
    alice: {
      privateKey: '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
      publicKey: '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
      thumbprint: 'u809Vppx5ixWMOohxWr2aM3m5bD0LQ67g_GPmubQus4',
    },
    bob: {
      privateKey: '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb',
      publicKey: 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
    },
    shared: '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
  },
  '6.2': {
    keyType: 'X448ECDHKW',
    crv: 'X448',
    alice: {
      privateKey:
        '9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28d' +
        'd9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b',
      publicKey:
        '9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c' +
        '22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0',
    },
    bob: {
      privateKey:
        '1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d' +
        '6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d',
      publicKey:
        '3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b430' +
        '27d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609',
    },
    shared:
      '07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282b' +
      'b60c0b56fd2464c335543936521c24403085d59a449a5037514a879d',
  },
} as const
