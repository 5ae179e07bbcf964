import { createPrivateKey } from 'node:crypto'
import type { KeyMaterial } from '@keyhold/client'
import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'
import { readData, wrongInput } from '../data.ts'
import { keyTypeOf } from '../key-type.ts'

export const command = defineCommand({
  options: {
    ...callerOptions,
    id: { type: 'string', value: 'ID', description: 'The id of the key. Default: that of a JWK, or a random one.' },
    public: {
      type: 'boolean',
      description: 'It is a public key, in the form that its type exports: it can only verify.',
    },
  },
  words: ['KEYSTORE', 'TYPE', '[FILE]'],
  more: '\nThe file, or standard input, holds a JWK, a private key as PEM or PKCS#8 DER, or the bytes of a symmetric key.\n',
  async run({ id, public: isPublic, ...caller }, [url, type, file], { input }) {
    const { keyhold, capability } = await openCaller(caller, url)
    const bytes = await readData(file, input)
    const material = isPublic ? { publicKey: bytes } : materialOf(bytes, file)
    try {
      const key = await keyhold.keystore(url, capability).importKey(keyTypeOf(type), material, id)
      return { text: `${key.url}\n`, json: { key: key.url } }
    } finally {
      bytes.fill(0)
      if ('key' in material) material.key.fill(0)
    }
  },
})

function materialOf(bytes: Buffer, file: string | undefined): KeyMaterial {
  try {
    if (bytes.subarray(0, 1).equals(Buffer.from('{'))) return { jwk: JSON.parse(bytes.toString('utf8')) }
    if (!bytes.subarray(0, 10).equals(Buffer.from('-----BEGIN'))) return { key: bytes }
    return { key: createPrivateKey(bytes).export({ format: 'der', type: 'pkcs8' }) }
  } catch {
    throw wrongInput(file, 'neither a JWK nor a private key')
  }
}
