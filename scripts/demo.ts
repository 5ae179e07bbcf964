import { type Key, Keyhold, newDidKey, zcap } from '@keyhold/client'
import { base64 } from './http-client.ts'

/**
 * Walks through what the service does against one that runs: `npm run demo`, or with another URL as argument. Shows
 * each call and its answer.
 */
const service = process.argv[2] ?? 'http://127.0.0.1:8076'

async function demo(): Promise<void> {
  const signer = await newDidKey()
  const keyhold = new Keyhold({ url: service, authorization: zcap(signer) })
  process.stdout.write(`Alice is ${signer.didUrl}\n\nA keystore for Alice\n  POST ${service}/v1/keystores\n`)
  const keystore = await keyhold.createKeystore()
  process.stdout.write(`  200 ${keystore.url}, and a root capability that every later request invokes\n`)

  async function step<T>(title: string, call: string, send: () => Promise<T>, write: (answer: T) => string) {
    process.stdout.write(`\n${title}\n  POST ${call}\n`)
    const answer = await send()
    process.stdout.write(`  200 ${write(answer)}\n`)
    return answer
  }
  const newKey = (title: string, send: () => Promise<Key>, call = `${keystore.url}/keys`) =>
    step(title, call, send, key => key.url)

  const message = Buffer.from('Hold my keys.')
  const signing = await newKey('A key to sign with', () => keystore.createKey('ED25519'))
  const signature = await step('Sign', `${signing.url}/sign`, () => signing.sign(message), base64)
  const verify = () => signing.verify(signature, message)
  await step('Verify', `${signing.url}/verify`, verify, valid => (valid ? 'it is valid' : 'it is not valid'))

  const old = await newKey('A key to encrypt with', () => keystore.createKey('AES256GCM'))
  const ciphertextOf = ({ ciphertext }: { ciphertext: Uint8Array }) => base64(ciphertext)
  const encrypted = await step('Encrypt', `${old.url}/encrypt`, () => old.encrypt(message), ciphertextOf)
  await step('Decrypt', `${old.url}/decrypt`, () => old.decrypt(encrypted), base64)

  const rotate = () => old.rotate('XChaCha20Poly1305')
  const rotated = await newKey('Rotate it to a new version', rotate, `${old.url}/rotate`)
  await step('The new version encrypts', `${rotated.url}/encrypt`, () => rotated.encrypt(message), ciphertextOf)
  const open = () => rotated.decrypt(encrypted)
  const opened = await step('What the old one encrypted still opens', `${rotated.url}/decrypt`, open, base64)
  process.stdout.write(`\n${Buffer.from(opened)}\n`)
}

try {
  await demo()
} catch (error) {
  const unreachable = error instanceof TypeError && error.message === 'fetch failed'
  const hint = unreachable ? `nothing answers at ${service}: start the service with \`npm start\` first` : String(error)
  process.stderr.write(`\n${hint}\n`)
  process.exitCode = 1
}
