import { systemRandom } from '@keyhold/adapters'
import { type Answer, KeyholdClient } from '@keyhold/client'
import { didKeySigner, SecretBytes } from '@keyhold/core'
import { base64 } from '../http-client.ts'
import type { CallRecord } from '../servers/call-record.ts'
import type { Report, Step } from '../servers/step.ts'

/** Walks through what the service does, one request after the other, and reports each of them. */
export async function walk(service: string, record: CallRecord, report: Report): Promise<void> {
  const alice = new KeyholdClient(await didKeySigner(new SecretBytes(systemRandom()(32))))

  async function step<T>(
    request: Pick<Step, 'title' | 'method' | 'url' | 'body'>,
    send: () => Promise<T>,
    write: (answer: T) => string,
  ): Promise<T> {
    const from = record.now
    const answer = await send()
    report({ ...request, answer: `200 ${write(answer)}`, moments: record.since(from) })
    return answer
  }

  const creation = {
    title: 'A keystore for Alice. AWS locks its lock key before it is stored',
    method: 'POST',
    url: `${service}/v1/keystores`,
    body: { controller: alice.didUrl },
  }
  const { url: keystore, client } = await step(
    creation,
    () => alice.createKeystore(service),
    ({ url }) => `${url}, and a root capability that every later request invokes`,
  )
  const post = (title: string, url: string, body: object) =>
    step<Answer>({ title, method: 'POST', url, body }, () => client.send('POST', url, body), written)

  const message = base64('Hold my keys.')
  const key_type = 'ED25519'
  const first = await post(
    'A key to sign with. AWS opens the lock key, the lock key locks the key, the locked key is stored',
    `${keystore}/keys`,
    { key_type },
  )
  const { signature } = await post(
    'Sign: on an instance that has not opened this keystore yet',
    `${first.key_url}/sign`,
    {
      message,
    },
  )
  await post('Verify: on the other instance', `${first.key_url}/verify`, { message, signature })
  const second = await post('Rotate it to a new version', `${first.key_url}/rotate`, { key_type })
  await post('Sign again: on the other instance, which uses the new version', `${first.key_url}/sign`, { message })
  await post('What the old version signed is valid still', `${second.key_url}/verify`, { message, signature })
  await post('Another key: the lock of the keystore is open, and AWS is not asked', `${keystore}/keys`, { key_type })
}

function written(answer: unknown): string {
  return answer === undefined ? '(nothing to say: it is valid)' : JSON.stringify(answer)
}
