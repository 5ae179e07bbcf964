import { digest, digestNames } from '@keyhold/core'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import t from 'tap'

t.test('hashes are those of another implementation', async t => {
  const others = { 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 }
  t.strictSame(digestNames, Object.keys(others))
  for (const name of digestNames) {
    for (const text of ['', 'abc', 'x'.repeat(1000)]) {
      const data = Buffer.from(text)
      t.strictSame(Buffer.from(digest(name, data)), Buffer.from(others[name](data)), `${name} of ${text.length} bytes`)
    }
  }
})
