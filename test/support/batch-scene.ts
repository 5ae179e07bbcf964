import { exportedKey } from './agreement.ts'
import { type AppOptions, base64, buildApp, idOf, type TestApp } from './build-app.ts'

export const message = base64('a message')
export const secret = base64(Buffer.alloc(32, 9))

/** What an item before has made. */
export const from = (id: string, member: string) => ({ from: id, member })

/** A keystore with a key for everything. */
export async function batchScene(t: Parameters<typeof buildApp>[0], options: AppOptions = {}) {
  const app = await buildApp(t, options)
  const keystore = await app.keystore()
  const path = {
    signing: await app.key('ED25519', keystore),
    encrypting: await app.key('AES256GCM', keystore),
    marking: await app.key('HMACSHA256Tag256', keystore),
    agreeing: await app.key('X25519ECDHKW', keystore),
  }
  const key = Object.fromEntries(Object.entries(path).map(([name, each]) => [name, idOf(each)])) as typeof path
  const recipient_pub_key = await exportedKey(app, path.agreeing)
  const batch = (items: unknown) => app.send({ method: 'POST', path: `${keystore}/batch`, body: { items } })
  const results = async (items: readonly object[]) => {
    const { status, body, text } = await batch(items)
    if (status !== 200) throw new Error(text)
    return body.results
  }
  return { app, keystore, path, key, recipient_pub_key, batch, results }
}

/** The answer to a request: `{}` if it is empty. */
export async function post(app: TestApp, path: string, body: unknown) {
  const { body: reply, text } = await app.send({ method: 'POST', path, body })
  return text === '' ? {} : reply
}
