import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'
import { jsonOutcome, readData } from '../data.ts'
import { readJwk, writeWrapped } from '../wrapped-key.ts'

export const command = defineCommand({
  options: {
    ...callerOptions,
    recipient: {
      type: 'string',
      value: 'FILE',
      required: true,
      description: "The recipient's public key, as `key export --format jwk` prints it.",
    },
    alg: {
      type: 'string',
      value: 'NAME',
      description: 'Such as ECDH-ES+A256KW. Default: the AES key wrap for its length.',
    },
  },
  words: ['URL', '[FILE]'],
  more: '\nURL is that of a keystore, or of the key of a sender who is to be known. Prints JSON, which `unwrap` reads.\n',
  async run({ recipient: jwk, alg, ...caller }, [url, file], { input }) {
    const { keyhold, capability } = await openCaller(caller, url)
    const recipient = await readJwk(jwk)
    const cek = await readData(file, input)
    try {
      const place = isKey(url) ? keyhold.key(url, capability) : keyhold.keystore(url, capability)
      return jsonOutcome(writeWrapped(await place.wrap({ cek, recipient, ...(alg !== undefined && { alg }) })))
    } finally {
      cek.fill(0)
    }
  },
})

function isKey(url: string): boolean {
  return /\/keys\/[^/]+$/.test(url)
}
