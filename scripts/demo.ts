import { systemRandom } from '@keyhold/adapters'
import { KeyholdClient } from '@keyhold/client'
import { didKeySigner, SecretBytes } from '@keyhold/core'
import { base64 } from './http-client.ts'

/**
 * Walks through what the service does against one that runs: `npm run demo`, or with another URL as argument. Shows
 * each call and its answer.
 */
const service = process.argv[2] ?? 'http://127.0.0.1:8076'

async function demo(): Promise<void> {
  const random = systemRandom()
  const alice = new KeyholdClient(await didKeySigner(new SecretBytes(random(32))))
  process.stdout.write(`Alice is ${alice.didUrl}\n\nA keystore for Alice\n  POST ${service}/v1/keystores\n`)
  const { url: keystore, client } = await alice.createKeystore(service)
  process.stdout.write(`  200 ${keystore}, and a root capability that every later request invokes\n`)

  async function step(title: string, method: string, url: string, body?: object) {
    process.stdout.write(`\n${title}\n  ${method} ${url}\n${body === undefined ? '' : `  ${JSON.stringify(body)}\n`}`)
    const answer = await client.send(method, url, body)
    process.stdout.write(`  200 ${answer === undefined ? '(nothing to say: it is valid)' : JSON.stringify(answer)}\n`)
    return answer
  }

  const message = base64('Hold my keys.')
  const signing = await step('A key to sign with', 'POST', `${keystore}/keys`, { key_type: 'ED25519' })
  const { signature } = await step('Sign', 'POST', `${signing.key_url}/sign`, { message })
  await step('Verify', 'POST', `${signing.key_url}/verify`, { message, signature })

  const encryption = await step('A key to encrypt with', 'POST', `${keystore}/keys`, { key_type: 'AES256GCM' })
  const encrypted = await step('Encrypt', 'POST', `${encryption.key_url}/encrypt`, { message })
  await step('Decrypt', 'POST', `${encryption.key_url}/decrypt`, encrypted)

  const rotate = { key_type: 'XChaCha20Poly1305' }
  const rotated = await step('Rotate it to a new version', 'POST', `${encryption.key_url}/rotate`, rotate)
  await step('The new version encrypts', 'POST', `${rotated.key_url}/encrypt`, { message })
  const old = await step('What the old one encrypted still opens', 'POST', `${rotated.key_url}/decrypt`, encrypted)
  process.stdout.write(`\n${Buffer.from(old.plaintext, 'base64')}\n`)
}

try {
  await demo()
} catch (error) {
  const unreachable = error instanceof TypeError && error.message === 'fetch failed'
  const hint = unreachable ? `nothing answers at ${service}: start the service with \`npm start\` first` : String(error)
  process.stderr.write(`\n${hint}\n`)
  process.exitCode = 1
}
