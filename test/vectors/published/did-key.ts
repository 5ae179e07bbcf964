import type { KeyTypeName } from '@keyhold/core'

/** A key as the vectors of the did:key method tell it, and the DID that it has. */
export interface DidKeyVector {
  readonly keyTypes: readonly [KeyTypeName, ...KeyTypeName[]]
  /** The seed or scalar, in big-endian bytes as hex or as base58, or a private JWK. */
  readonly privateKey: { readonly hex: string } | { readonly base58: string } | { readonly jwk: PrivateJwk }
  readonly did: string
}

export type PrivateJwk = Readonly<Record<string, string>>

const p256 = ['ECDSAP256DER', 'ECDSAP256IEEEP1363', 'NISTP256ECDHKW'] as const
const p384 = ['ECDSAP384DER', 'ECDSAP384IEEEP1363', 'NISTP384ECDHKW'] as const
const p521 = ['ECDSAP521DER', 'ECDSAP521IEEEP1363', 'NISTP521ECDHKW'] as const
const secp256k1 = ['ECDSASecp256k1DER', 'ECDSASecp256k1IEEEP1363'] as const
const bls12381 = ['BLS12381G2', 'BLS12381G2-SHA-256'] as const

/** The did:key method (W3C CCG), test-vectors: ed25519-x25519, nist-curves, secp256k1, bls12381 and rsa. */
export const didKeys: readonly DidKeyVector[] = [
  {
    keyTypes: ['ED25519'],
    privateKey: { hex: '00'.repeat(32) },
    did: 'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp',
  },
  {
    keyTypes: ['ED25519'],
    privateKey: { hex: '01'.padStart(64, '0') },
    did: 'did:key:z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG',
  },
  {
    keyTypes: ['X25519ECDHKW'],
    privateKey: { base58: '6QN8DfuN9hjgHgPvLXqgzqYE3jRRGRrmJQZkd5tL8paR' },
    did: 'did:key:z6LShs9GGnqk85isEBzzshkuVWrVKsRp24GnDuHk8QWkARMW',
  },
  {
    keyTypes: ['X25519ECDHKW'],
    privateKey: { base58: 'HBTcN2MrXNRj9xF9oi8QqYyuEPv3JLLjQKuEgW9oxVKP' },
    did: 'did:key:z6LSrHyXiPBhUbvPUtyUCdf32sniiMGPTAesgHrtEa4FePtr',
  },
  {
    keyTypes: p256,
    privateKey: {
      jwk: {
        kty: 'EC',
        crv: 'P-256',
        x: 'igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns',
        y: 'efsX5b10x8yjyrj4ny3pGfLcY7Xby1KzgqOdqnsrJIM',
        d: 'gPh-VvVS8MbvKQ9LSVVmfnxnKjHn4Tqj0bmbpehRlpc',
      },
    },
    did: 'did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv',
  },
  {
    keyTypes: p256,
    privateKey: {
      jwk: {
        kty: 'EC',
        crv: 'P-256',
        x: 'fyNYMN0976ci7xqiSdag3buk-ZCwgXU4kz9XNkBlNUI',
        y: 'hW2ojTNfH7Jbi8--CJUo3OCbH3y5n91g-IMA9MLMbTU',
        d: 'YjRs6vNvw4sYrzVVY8ipkEpDAD9PFqw1sUnvPRMA-WI',
      },
    },
    did: 'did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169',
  },
  {
    keyTypes: p384,
    privateKey: {
      jwk: {
        kty: 'EC',
        crv: 'P-384',
        x: 'lInTxl8fjLKp_UCrxI0WDklahi-7-_6JbtiHjiRvMvhedhKVdHBfi2HCY8t_QJyc',
        y: 'y6N1IC-2mXxHreETBW7K3mBcw0qGr3CWHCs-yl09yCQRLcyfGv7XhqAngHOu51Zv',
        d: 'hAyGZNj9031guBCdpAOaZkO-E5m-LKLYnMIq0-msrp8JLctseaOeNTHmP3uKVWwX',
      },
    },
    did: 'did:key:z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9',
  },
  {
    keyTypes: p384,
    privateKey: {
      jwk: {
        kty: 'EC',
        crv: 'P-384',
        x: 'CA-iNoHDg1lL8pvX3d1uvExzVfCz7Rn6tW781Ub8K5MrDf2IMPyL0RTDiaLHC1JT',
        y: 'Kpnrn8DkXUD3ge4mFxi-DKr0DYO2KuJdwNBrhzLRtfMa3WFMZBiPKUPfJj8dYNl_',
        d: 'Xe1HHeh-UsrJPRNLR_Y06VTrWpZYBXi7a7kiRqCgwnAOlJZPwE-xzL3DIIVMavAL',
      },
    },
    did: 'did:key:z82LkvCwHNreneWpsgPEbV3gu1C6NFJEBg4srfJ5gdxEsMGRJUz2sG9FE42shbn2xkZJh54',
  },
  {
    keyTypes: p521,
    privateKey: {
      jwk: {
        kty: 'EC',
        crv: 'P-521',
        x: 'ASUHPMyichQ0QbHZ9ofNx_l4y7luncn5feKLo3OpJ2nSbZoC7mffolj5uy7s6KSKXFmnNWxGJ42IOrjZ47qqwqyS',
        y: 'AW9ziIC4ZQQVSNmLlp59yYKrjRY0_VqO-GOIYQ9tYpPraBKUloEId6cI_vynCzlZWZtWpgOM3HPhYEgawQ703RjC',
        d: 'AHwRaNaGs0jkj_pT6PK2aHep7dJK-yxyoL2bIfVRAceq1baxoiFDo3W14c8E2YZn1k5S53r4a11flhQdaB5guJ_X',
      },
    },
    did: 'did:key:z2J9gaYxrKVpdoG9A4gRnmpnRCcxU6agDtFVVBVdn1JedouoZN7SzcyREXXzWgt3gGiwpoHq7K68X4m32D8HgzG8wv3sY5j7',
  },
  {
    keyTypes: p521,
    privateKey: {
      jwk: {
        kty: 'EC',
        crv: 'P-521',
        x: 'AQgyFy6EwH3_u_KXPw8aTXTY7WSVytmbuJeFpq4U6LipxtSmBJe_jjRzms9qubnwm_fGoHMQlvQ1vzS2YLusR2V0',
        y: 'Ab06MCcgoG7dM2I-VppdLV1k3lDoeHMvyYqHVfP05Ep2O7Zu0Qwd6IVzfZi9K0KMDud22wdnGUpUtFukZo0EeO15',
        d: 'AbheZ-AA58LP4BpopCGCLH8ZoMdkdJaVOS6KK2NNmDCisr5_Ifxl-qcunrkOJ0CSauA4LJyNbCWcy28Bo6zgHTXQ',
      },
    },
    did: 'did:key:z2J9gcGdb2nEyMDmzQYv2QZQcM1vXktvy1Pw4MduSWxGabLZ9XESSWLQgbuPhwnXN7zP7HpTzWqrMTzaY5zWe6hpzJ2jnw4f',
  },
  {
    keyTypes: secp256k1,
    privateKey: { hex: '9085d2bef69286a6cbb51623c8fa258629945cd55ca705cc4e66700396894e0c' },
    did: 'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme',
  },
  {
    keyTypes: secp256k1,
    privateKey: { hex: 'f0f4df55a2b3ff13051ea814a8f24ad00f2e469af73c363ac7e9fb999a9072ed' },
    did: 'did:key:zQ3shtxV1FrJfhqE1dvxYRcCknWNjHc3c5X1y3ZSoPDi2aur2',
  },
  {
    keyTypes: bls12381,
    privateKey: { base58: '8TXrPTbhefHvcz2vkGsDLBZT2UMeemveLKbdh5JZCvvn' },
    did:
      'did:key:zUC7K4ndUaGZgV7Cp2yJy6JtMoUHY6u7tkcSYUvPrEidqBmLCTLmi6d5WvwnUqejscAkERJ3bfjEiSYtdPkRSE8kSa11hFBr4sTgnb' +
      'Z95SJj19PN2jdvJjyzpSZgxkyyxNnBNnY',
  },
  {
    keyTypes: bls12381,
    privateKey: { base58: '48FTGTBBhezV7Ldk5g392NSxP2hwgEgWiSZQkMoNri7E' },
    did:
      'did:key:zUC7KKoJk5ttwuuc8pmQDiUmtckEPTwcaFVZe4DSFV7fURuoRnD17D3xkBK3A9tZqdADkTTMKSwNkhjo9Hs6HfgNUXo48TNRaxU6XP' +
      'LSPdRgMc15jCD5DfN34ixjoVemY62JxnW',
  },
  {
    keyTypes: ['RSARS256', 'RSAPS256'],
    // Of its numbers p and dp have a zero byte too many.
    privateKey: {
      jwk: {
        kty: 'RSA',
        n:
          'sbX82NTV6IylxCh7MfV4hlyvaniCajuP97GyOqSvTmoEdBOflFvZ06kR_9D6ctt45Fk6hskfnag2GG69NALVH2o4RCR6tQiLRpKcMRtDYE_t' +
          'hEmfBvDzm_VVkOIYfxu-Ipuo9J_S5XDNDjczx2v-3oDh5-CIHkU46hvFeCvpUS-L8TJSbgX0kjVk_m4eIb9wh63rtmD6Uz_KBtCo5mmR4TEt' +
          'cLZKYdqMp3wCjN-TlgHiz_4oVXWbHUefCEe8rFnX1iQnpDHU49_SaXQoud1jCaexFn25n-Aa8f8bc5Vm-5SeRwidHa6ErvEhTvf1dz6GoNPp' +
          '2iRvm-wJ1gxwWJEYPQ',
        e: 'AQAB',
        d:
          'Eym3sT4KLwBzo5pl5nY83-hAti92iLQRizkrKe22RbNi9Y1kKOBatdtGaJqFVztZZu5ERGKNuTd5VdsjJeekSbXviVGRtdHNCvgmRZlWA526' +
          '1AgIUPxMmKW062GmGJbKQvscFfziBgHK6tyDBd8cZavqMFHi-7ilMYF7IsFBcJKM85x_30pnfd4YwhGQIc9hzv238aOwYKg8c-MzYhEVUnL2' +
          '73jaiLVlfZWQ5ca-GXJHmdOb_Y4fE5gpXfPFBseqleXsMp0VuXxCEsN30LIJHYscdPtbzLD3LFbuMJglFbQqYqssqymILGqJ7Tc2mB2LmXev' +
          'fqRWz5D7A_K1WzvuoQ',
        p:
          'ANwlk-eVXPQplCmr7VddX8MAlN5YWvfXkbJe2KOhyS7naSlfMyeW6I0z6q6MAI4h8cs9yEzwmN1oEl_6tZ_-NPd1Oda2Hq5jHx0Jq2P5exIM' +
          'MbzTTHbB-LjMB4c-b1DZLOrL7ZpCS-CcEHvBz4phzHa7gqz2SrNIGozufbjS_tK5',
        q:
          'AM6nKRFqRgHiUtGc0xJawpXJeokGhJQFfinDlakjkptuRQNv0BOz8fRUxk6zwwYrx-T_Yk-0oAFsD8qWIgiXg8Wf0bdRW0L0dIH4c6ff3mSR' +
          'EXeAT2h3XDaF0F1YKns08WyYWtOuIiYWChyO9sweK7AUuaOJ-6lr6lElzTGHVf-l',
        dp:
          'AIHFBPK2cRzchaIq3rVpLVHdveNzYexG_nOOxVVvwRANCUiB_b2Qj3Ts7aIGlS0zhTyxJql0Cig5eNtrBjVRvBdC2t1ebaeOdoC_enBsV8fD' +
          'uG3-gExg-ySz4JwwiZ2252tg2qbb_a5hULYjARwpmkVDMzyR0mbsUfpRe3q_pcbB',
        dq:
          'Id2bCVOVLXHdiKReor9k7A8cmaAL0gYkasu2lwVRXU9w1-NXAiOXHydVaEhlSXmbRJflkJJVNmZzIAwCf830tko-oAAhKJPPFA2XRoeVdn2f' +
          'kynf2YrV_cloICP2skI23kkJeW8sAXnTJmL3ZvP6zNxYn8hZCaa5u5qqSdeX7FE',
        qi:
          'WKIToXXnjl7GDbz7jCNbX9nWYOE5BDNzVmwiVOnyGoTZfwJ_qtgizj7pOapxi6dT9S9mMavmeAi6LAsEe1WUWtaKSNhbNh0PUGGXlXHGlhkS' +
          '8jI1ot0e-scrHAuACE567YQ4VurpNorPKtZ5UENXIn74DEmt4l5m6902VF3X5Wo',
      },
    },
    did:
      'did:key:z4MXj1wBzi9jUstyPMS4jQqB6KdJaiatPkAtVtGc6bQEQEEsKTic4G7Rou3iBf9vPmT5dbkm9qsZsuVNjq8HCuW1w24nhBFGkRE4cd2' +
      'Uf2tfrB3N7h4mnyPp1BF3ZttHTYv3DLUPi1zMdkULiow3M1GfXkoC6DoxDUm1jmN6GBj22SjVsr6dxezRVQc7aj9TxE7JLbMH1wh5X3kA58H3DF' +
      'W8rnYMakFGbca5CB2Jf6CnGQZmL7o5uJAdTwXfy2iiiyPxXEGerMhHwhjTA1mKYobyk2CpeEcmvynADfNZ5MBvcCS7m3XkFCMNUYBS9NQ3fze6v' +
      'MSUPsNa6GVYmKx2x6JrdEjCk3qRMMmyjnjCMfR4pXbRMZa3i',
  },
]

/** draft-ietf-cose-bls-key-representations-08, appendix A.1. */
export const blsJwks: readonly PrivateJwk[] = [
  {
    kty: 'OKP',
    crv: 'BLS12381G2',
    x:
      'pVD25M3Ca0jOBmHizej_YwuVOEIadk44urQcQQD3uhITsWj5LdgRmjTkftCme9KQEReUf5yoxPi7pDDx4UdkmTXtzuaIKm9YY2cOpT5dO26ttBSz' +
      'neQEUFhHpM3sdUmf',
    d: 'XdXO0OOc6YrVTKEPIR6JmmTSDDA5Y5pxCyY5TRI0k5c',
  },
  {
    kty: 'OKP',
    crv: 'BLS12381G2',
    x:
      'o-w6GPtbZuiG7pEZ7Jelw925pirHQIunTOnLy-F68HSs3A2ejcukZFeYkyWOsVyIDZKkES69mX0UBhUeyHI_DaZMv3YbSs_9Q1YxtJVn4uaneEyk' +
      'AFtTJyCSh2A6H1S7',
    d: 'MpN9MF6G6pmiZaJN6WOjWM2LQt07Blgb7WeJQbsKxWY',
  },
]
