import { type Key, Keyhold, newDidKey, zcap } from '@keyhold/client'
import { base64 } from '../http-client.ts'
import type { CallRecord } from '../servers/call-record.ts'
import type { Report } from '../servers/step.ts'

/** Walks through what the service does, one request after the other, and reports each of them. */
export async function walk(service: string, record: CallRecord, report: Report): Promise<void> {
  const signer = await newDidKey()
  const alice = new Keyhold({ url: service, authorization: zcap(signer) })

  async function post<T>(
    title: string,
    url: string,
    body: object,
    send: () => Promise<T>,
    write: (answer: T) => string,
  ): Promise<T> {
    const from = record.now
    const answer = await send()
    report({ title, method: 'POST', url, body, answer: `200 ${write(answer)}`, moments: record.since(from) })
    return answer
  }

  const keystore = await post(
    'A keystore for Alice. AWS locks its lock key before it is stored',
    `${service}/v1/keystores`,
    { controller: signer.didUrl },
    () => alice.createKeystore(),
    ({ url }) => `${url}, and a root capability that every later request invokes`,
  )
  const bytes = Buffer.from('Hold my keys.')
  const message = base64(bytes)
  const key_type = 'ED25519'
  const urlOf = ({ url }: { readonly url: string }) => url
  const first = await post(
    'A key to sign with. AWS opens the lock key, the lock key locks the key, the locked key is stored',
    `${keystore.url}/keys`,
    { key_type },
    () => keystore.createKey(key_type),
    urlOf,
  )
  const sign = (title: string) => post(title, `${first.url}/sign`, { message }, () => first.sign(bytes), base64)
  const verify = (title: string, key: Key, signature: Uint8Array) =>
    post(
      title,
      `${key.url}/verify`,
      { message, signature: base64(signature) },
      () => key.verify(signature, bytes),
      valid => (valid ? 'it is valid' : 'it is not valid'),
    )
  const signature = await sign('Sign: on an instance that has not opened this keystore yet')
  await verify('Verify: on the other instance', first, signature)
  const second = await post(
    'Rotate it to a new version',
    `${first.url}/rotate`,
    { key_type },
    () => first.rotate(key_type),
    urlOf,
  )
  await sign('Sign again: on the other instance, which uses the new version')
  await verify('What the old version signed is valid still', second, signature)
  await post(
    'Another key: the lock of the keystore is open, and AWS is not asked',
    `${keystore.url}/keys`,
    { key_type },
    () => keystore.createKey(key_type),
    urlOf,
  )
}
