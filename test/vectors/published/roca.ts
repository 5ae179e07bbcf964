import type { RsaNumbers } from '../../support/rsa-numbers.ts'

/** crocs-muni/roca, roca/tests/data: privkey05.pem (marked) and privkey04.pem (not marked), PKCS#1 in base64. */
export const rocaPrivateKeys = {
  marked: [
    'MIIEowIBAAKCAQEBqcWmh9uPsqMPgt/43aFUwpHvJ7BLJeGFuKsgxMal9gSFn+We3lSgr3wOcoiACtcZO7cxpb8eEXDXocZpMNQeo+sh3t97',
    'ivXUKpHDT3IEW5bv1XyxgjAd3MJpZ+VQjpq4iZhtV+g33+cPmfw3xJj0PBfDubBkz3BEQ9egM+A6ghaXqr8w+ynufTOzdnllqJBY47OXVL06',
    'HAB9KKI7DPp5+dcRrG5MS093sGNLHs1oWRrwPH1TtipfLZEWPU70+PJoMa5GHthexfeIxRI//BLIdCD9z+odG0pSw1IYJPs5mDSHObYqmG2O',
    'drIom8Lri8BtE4FHhRuDoHGD0hBVn5BjIQIDAQABAoIBADRqRKoM+Y/ASzSNZhHCvrCFTq/QIDA1p0SorIwM+Hlk7R5WIky0lmOEHjMzYq/y',
    '8wRK9S22bXkwLxuXVXPRaUQ8uhq54Hem88uZzjWFj8vGtRfPFfs0+TgoJtnHfTdRDM7DmRJtYBOMWntWdXcabVbIhivh70cqRv0jGnHIdOt2',
    'kgzOOgLL2qPD46lhsvmRsJ2qa8eTBOGVkTCraL/AVTL5K7NSnjO07YzINu4b63k7nrvH24DXPVPd0trFo8P+GL0u9onbDPeXvjAjcISpK37n',
    'zYXOfvPqcQ+nG4rvAZxuIEdL7kFDSRcdegbLJAuyYDsBFIVINUNKWGI9wwOeDsECgYEBFc0LykL2bABN6n6F3xQkg8X7PFFPdItKj6ipx++x',
    '/GHfVjCUq18jHtNmBdjVmq9r3PPElljFHVesmnczQ3LnJFLPTgQTu06NILf69Hagga2RY8VRQXhWkTCsPOo+tlrskpj5knSpyHEtjDMqPsuA',
    'QDYdjyXUYFDMdiqptuUw3IUCgYEBiFvaBdiiRC6ByhINyX2N56rClxxX7UW/3dFO1oUygMnmQmKlamZMi5PTpktVzT7YU2X1TcdqI2ceBPTt',
    'KOeWWPZcYEfm0VP7a7xRRvLtARfwjlBGt0KzoUS2gjFj54ZlYPkxsXxvCt0TXG6GTt2/GUZwTOwCpYxTU5GhF0JmDO0CgYBvYTqs6ZQrUSPs',
    'NLYv7r+FJcfJM0CMFZzbZGBODUhrTEJjKC8zVn2aSl/JUFq0Hkk82W+kaAr/7LsDY29mR5ds9NaxDOlsW94xlBJGGZnY5GI6gk5F1Z2/sKgd',
    '9D0Yl/PqAvNtSOEZwGbmo0z4yFavaAMJ9bzksQCJECnjbpjckQKBgQDjchOOBgnyql8Uq6iQYBct78BD5utVoXRa+uXP14DyRZgUbajkaA8B',
    'bp1nrg48H605k0ZDY1E02qb9Sppcdvuh8JaWPbghKqT5zD31egdH9f++D+0eeS02VGXUTRtT8IW+VFapQ6//RS7fCzcSattHpJyfCsVyAEmh',
    'jS8sE5Ki9QKBgGs75w9+SZiZiOlaBhuCf5KK4gwvlRDUSMycvT/aWh1LZO71VT1nwths7Lx10xdWa76mJhvjbWMUZKbOgEPECoqPV20O7U52',
    'Jmwh/a0l4+8optwPUa8vdvy7KZVkVth/xCL4mJOF3UGN0qUlwm3d9H6VXCUYcxf0idonxCD1ndzQ',
  ].join(''),
  unmarked: [
    'MIIEogIBAAKCAQEAuifwOO3sz3yHUO4Kg67/ovYtMvzj6X8lf25wimtdIjoAkq/hxe44vaNkNxsCtTi+oVmw0ZGUwxpU4P5q64LlA6gxwF5c',
    'Yj7L7G3FXjm0ICduZkp/jicOGU/I5kYjnyjjPgt9aozfVVfC3bqJ3WYNXw4oxb11HemqvRvQcC+4PY13JMsvkz/sXUFFSjcILQuGONNuAoTt',
    'lfJ81SsmlSpQlHfsefYk/SDoZQSagP0b5dAU6QikK0CjuP//Y7+ihtzZBKisWjia84H2U35U7cjbKYw2AzLlytjUr0fB/7aeuk4eRmqMVQwC',
    'YDtvUpdQlJtM3YrbRw0wUvMEtxXgc0CGVQIDAQABAoIBAE8E4wCXZj1Q4/Ojh80L/LGFA/yvwmL8OMOV8qmfF2KO8m1RwWmOTIGbGNAXZBfe',
    '5XSCKP9cZ6RFyh/TfzlHT8U0oSHCLD773v4WPoBXyDEZ68/58Zk61M5DwsiUn0xRQ9yzbeJLuAV3Al2ycBEN38Eotn/xgwRWisZJRzpH11Iw',
    'wCK7WYOZj7b1HRzFWxn+F3n4Pa8LVwjc+8olsSMkSSfNQCINkY2g+M44lHIliL+gU6oFftvgySn+JwS/b/XNwS2qq0AmvVZiCrjJKdyrvZpa',
    'yZKflCs0kowXcYC1LxDFdby5wftXwxOdujXBwPPuU+OWMJakt1r7qCsGlBRohqECgYEA4ZopS6kP+hhZG+DHXELtMPKmdqUpcJu6JJ4J8bRc',
    'A0+M+lW79Lg1UfcwiLDEhjkTVHol8ofxv3GGmzDXS5i1kOcebvHbomJfDYjqnyjITSBVicV30bDbJ91JcpLCOyC/lDWAtdfOAjiP7FG2MJbs',
    'JeuJ6ehZB/lbtnzZBPFdRE0CgYEA0z0ijiGJ59Q1FWEhowfzYaaU/iTo9IE6PlP0yx39BPcw5xYyS+uiYQRPjxQDz2imApEzGItW3qiaHWWe',
    'FE/zCkftag8gzTH2VQydM23XWnlxFwfScfeoy4EFpfQvm7T5leOt6jV8E2TBxhfgWsmiFiIoqJcTEhLoYHguWCmV7ikCgYBv1eQyxZRN/lPu',
    'JfeuHN9ILIGovydT017rWAzF7QrP+VeBoY6TOd30y/0bRcWmZBTZA9Rb7lhA9x4rQIL5zrHzKx9DEFI4pVtJcl4cmDLzSNwed+113Z5GnMQU',
    'L/xpI0rVRdCQVHKjVzbBh6AxZh+ajLDJa4z3Dv4P8MQEV0JM4QKBgFdM49QTvlfGVu3wB6PGLGrGGrtx66jpI3YQ4pFzYldEBbzranv/9Urd',
    'Kjg6kFyOplVXRuO06oD480CE97DzXcF4+oCjoe3L4T9DCFDx61ej6v4WqH2bWfJI71mnsmlKgP/WadDqq82kDYVd5sX+oPM+yMjsLuCAWfNM',
    'l/KttR4JAoGAboQvB3Kf6iAn47U9o06/mdZQE5JiHRu0lOwMQHXT+2UUU8W+YbYwAcOPVS7PV8RiLDdFm9pccx2SGGMx33ohFQRKMtPu9jYO',
    'Q3+asDTWq8LCukbfoCSOVHRV/MACQBIbxlg4veBSVVTezB0/bk1lZ7A2Nr96IYs2zg/0H9FhJek=',
  ].join(''),
} as const

/** The same, mod03.txt (marked). */
export const rocaPublicKey: Pick<RsaNumbers, 'n' | 'e'> = {
  n: BigInt(
    [
      '0x9dcd7420e420c270a68060eb8b5aa7457a9f6648f86fafed2775cc1f79ae962f1e63f1b9e51c55f9ea6fdc7332e9b0058c9ff2eb1fc898',
      '55029cf6aafe21e689feb38ac9ffb12f1ce371bb5d0e9aae64161abce74b4244bf68f1edb4411f756a097c8929c14740245ea355f8332d1a',
      'a36bb50c7dcb4505da8de02e4e53d38f8df06097da7524df0df93db48eac8cc4af2d3a16257eb2b2adca6ba464e5974fa92550d31b1babf1',
      '61e7692d00b86e3dd886ecab4abfbe1a8f8cc263ff4af55cdb45f4249a5193925f5e983d762f0b6800943eb0267b08f42ed311ce1f5c86ea',
      'cbc8ce4d3cb7a2fee1ef5641423a1cf4114e5ecf50034a60a412523af9e6f4aa11',
    ].join(''),
  ),
  e: 65537n,
}
