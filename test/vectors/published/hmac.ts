const ascii = (text: string) => Buffer.from(text, 'ascii').toString('hex')

/**
 * RFC 4231 section 4, HMAC-SHA-256, hexadecimal. `inexpressible`: the service imports keys of 16 to 64 bytes, and
 * cuts no tag.
 */
export const rfc4231: readonly Rfc4231Case[] = [
  {
    name: 'case 1',
    key: '0b'.repeat(20),
    data: ascii('Hi There'),
    tag: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  },
  {
    name: 'case 2',
    key: ascii('Jefe'),
    data: ascii('what do ya want for nothing?'),
    tag: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    inexpressible: 'key of 4 bytes',
  },
  {
    name: 'case 3',
    key: 'aa'.repeat(20),
    data: 'dd'.repeat(50),
    tag: '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  },
  {
    name: 'case 4',
    key: '0102030405060708090a0b0c0d0e0f10111213141516171819',
    data: 'cd'.repeat(50),
    tag: '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  },
  {
    name: 'case 5',
    key: '0c'.repeat(20),
    data: ascii('Test With Truncation'),
    tag: 'a3b6167473100ee06e0c796c2955552b',
    inexpressible: 'tag cut to 16 bytes',
  },
  {
    name: 'case 6',
    key: 'aa'.repeat(131),
    data: ascii('Test Using Larger Than Block-Size Key - Hash Key First'),
    tag: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    inexpressible: 'key of 131 bytes',
  },
  {
    name: 'case 7',
    key: 'aa'.repeat(131),
    data: ascii(
      'This is a test using a larger than block-size key and a larger than block-size data. ' +
        'The key needs to be hashed before being used by the HMAC algorithm.',
    ),
    tag: '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    inexpressible: 'key of 131 bytes',
  },
]

export interface Rfc4231Case {
  readonly name: string
  readonly key: string
  readonly data: string
  readonly tag: string
  readonly inexpressible?: string
}
