import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemRandom } from '@keyhold/adapters'
import { type DidSigner, delegateTrustbloc, didKeySigner, SecretBytes } from '@keyhold/core'
import { makeRootCapability } from '@keyhold/core/zcap/trustbloc/root-capability.js'
import { runService } from '@keyhold/scripts/service-process.js'
import t, { type Test } from 'tap'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const random = systemRandom()
const url = 'https://kms.example/v1/keystores/abc'
const now = Date.UTC(2026, 0, 1)

const signer = (): Promise<DidSigner> => didKeySigner(new SecretBytes(random(32)))

async function shown(t: Test, capability: object): Promise<{ code: number | null; output: string }> {
  const directory = await temporaryDirectory(t)
  await writeFile(join(directory, 'capability.json'), JSON.stringify(capability))
  return runService({ directory, args: ['zcap', 'show', 'capability.json'] })
}

t.test('a capability of the TrustBloc dialect is explained, and its proof is checked', async t => {
  const [alice, bob] = [await signer(), await signer()]
  const root = await makeRootCapability({ url, controller: alice.didUrl }, await signer(), random, now)
  t.match(await shown(t, root), { code: 0, output: /^kind +root$/m })
  const options = { to: bob.didUrl, actions: ['sign', 'verify'], target: `${url}/keys/k`, expires: now + 1000, now }
  const delegated = await delegateTrustbloc(root, options, alice, random)
  const { code, output } = await shown(t, delegated)
  t.equal(code, 0)
  t.match(output, `invoker    ${bob.didUrl}\nactions    sign, verify\ntarget     ${url}/keys/k\n`)
  t.match(output, 'expires    2026-01-01T00:00:01.000Z')
  t.match(output, /^proof +valid$/m)
  t.match(await shown(t, { ...delegated, invoker: alice.didUrl }), { code: 5, output: /^proof +NOT VALID$/m })
})

t.test('a capability of the CCG dialect is explained, and its proof is not', async t => {
  const parent = `urn:zcap:root:${encodeURIComponent(url)}`
  const capability = {
    '@context': ['https://w3id.org/zcap/v1', 'https://w3id.org/security/suites/ed25519-2020/v1'],
    id: 'urn:uuid:1',
    controller: 'did:key:z6Mk',
    parentCapability: parent,
    invocationTarget: url,
    allowedAction: 'sign',
    expires: '2026-02-01T00:00:00Z',
    proof: { type: 'Ed25519Signature2020', created: '2026-01-01T00:00:00Z', capabilityChain: [parent] },
  }
  const { code, output } = await shown(t, capability)
  t.equal(code, 0)
  t.match(output, `kind       delegated from ${parent}`)
  t.match(output, `actions    sign\ntarget     ${url}\nexpires    2026-02-01T00:00:00Z`)
  t.match(output, 'proof      Ed25519Signature2020, not checked here')
})

t.test('what is no capability is refused in a sentence', async t => {
  const directory = await temporaryDirectory(t)
  for (const text of ['', 'x', '[]', 'null', '5']) {
    await writeFile(join(directory, 'file'), text)
    const { code, output } = await runService({ directory, args: ['zcap', 'show', 'file'] })
    t.equal(code, 1, text)
    t.notMatch(output, /\n {4}at /, text)
  }
})
