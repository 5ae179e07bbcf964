import t from 'tap'
import type { EdvFake } from '../support/edv-fake.ts'
import { macKeyBytes, openVault, recipientScalar } from '../support/edv-server.ts'
import { newSigner } from '../support/edv-wallet.ts'
import { secretsIn } from '../support/secret-forms.ts'
import { specFake } from '../support/spec-edv-fake.ts'
import { trustblocFake } from '../support/trustbloc-edv-fake.ts'

const signer = await newSigner()

const content = Uint8Array.from({ length: 100 }, (_, i) => (i * 73 + 11) & 0xff)
const name = 'keys/c0ekinlioud42c84qs8g/the-name-of-a-key'
const secrets = { name: Buffer.from(name), content, macKeyBytes, recipientScalar, seed: new Uint8Array(32).fill(5) }

const common = ['host', 'connection', 'accept', 'capability-invocation']
const withBody = ['content-length', 'content-type', 'digest']

const fakes: Readonly<
  Record<string, readonly [open: (...args: Parameters<typeof specFake>) => Promise<EdvFake>, string]>
> = {
  trustbloc: [(t, signer) => trustblocFake(t, signer), 'signature'],
  spec: [specFake, 'authorization'],
}

for (const [kind, [open, signature]] of Object.entries(fakes)) {
  t.test(`${kind}: requests say nothing but what the vault must know`, async t => {
    const { place, requests } = await open(t, signer)
    const vault = await openVault(t, place)
    await vault.put(name, content)
    await vault.put(name, content)
    t.strictSame(Buffer.from((await vault.get(name)) ?? []), Buffer.from(content))
    await vault.get(`${name} of another`)
    await vault.remove(name)
    const prefix = new URL(place.url).pathname
    for (const { method, path, headers, body } of requests) {
      const below = path.slice(prefix.length)
      t.ok(path.startsWith(prefix) && /^\/documents(\/[1-9A-HJ-NP-Za-km-z]{18,26})?$/.test(below), `${method} ${below}`)
      const names = Object.keys(headers).sort()
      t.strictSame(names, [...common, signature, ...(body === '' ? [] : withBody)].sort(), method)
      t.strictSame(secretsIn(JSON.stringify({ method, path, headers }) + body, secrets), [], method)
      if (body !== '') t.strictSame(Object.keys(JSON.parse(body)), ['id', 'sequence', 'indexed', 'jwe'])
    }
    t.ok(requests.length >= 5)
  })
}
