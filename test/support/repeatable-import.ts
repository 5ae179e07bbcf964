import { base64 } from '@keyhold/scripts/http-client.js'
import type { Test } from 'tap'
import { foreignSignatureKey } from './foreign-key.ts'
import { type OutageClient, repeated, settled } from './outage-client.ts'

const message = Buffer.from('message')
const key_type = 'ED25519'

/** The import of a key of the test's own, so that whoever does not know what became of it can repeat it. */
export class RepeatableImport {
  readonly #own = foreignSignatureKey(key_type)
  readonly #keystore: string
  readonly #id: string

  constructor(keystore: string, id: string) {
    this.#keystore = keystore
    this.#id = id
  }

  send = (client: OutageClient) => {
    const body = { key_type, key: base64(this.#own.pkcs8), key_id: this.#id }
    return client.send('PUT', `${this.#keystore}/keys`, body)
  }

  /** The key is there whole, or it is not there and can be imported. Answers which. */
  async isWholeOrAbsent(t: Test, client: OutageClient): Promise<'whole' | 'absent'> {
    const url = `${this.#keystore}/keys/${this.#id}`
    const { status } = await settled(() => this.send(client))
    t.ok(status === 200 || status === 409, `the import is answered ${status} now`)
    t.match(await repeated(() => client.exportKey(url)), { public_key: base64(this.#own.publicKey) })
    t.strictSame(await repeated(() => client.sign(url)), { signature: base64(this.#own.sign(message)) })
    return status === 409 ? 'whole' : 'absent'
  }
}
