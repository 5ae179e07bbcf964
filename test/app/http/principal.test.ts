import { createHash } from 'node:crypto'
import { principalOf } from '@keyhold/app/http/principal.js'
import { type Caller, didKeySigner, resolveSelfContainedDid, SecretBytes } from '@keyhold/core'
import t from 'tap'

const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22)

t.test('whoever signs is named after its DID', async t => {
  const { didUrl } = await didKeySigner(new SecretBytes(Buffer.alloc(32, 7)))
  const [did = ''] = didUrl.split('#')
  const key = await resolveSelfContainedDid(didUrl)
  if (key === undefined) throw new Error('the DID of a key cannot be resolved')
  t.equal(principalOf({ kind: 'signer', key }), hashOf(did))
  t.equal(principalOf({ kind: 'signer', key }), hashOf(did), 'each time')
})

t.test('whoever has a token is named after its owner, and by no text of the issuer', async t => {
  const named = (owner: Extract<Caller, { kind: 'token' }>['token']['owner']) =>
    principalOf({ kind: 'token', token: { owner, rights: [] } })
  t.equal(
    named({ thumbprint: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' }),
    'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
  )
  const alice = named({ issuer: 'https://issuer.example', subject: 'alice@example.com' })
  t.equal(alice, hashOf('["https://issuer.example","alice@example.com"]'))
  t.not(named({ issuer: 'https://other.example', subject: 'alice@example.com' }), alice)
})

t.test('nobody has a name', async t => {
  for (const kind of ['local', 'admitted', 'anonymous'] as const) t.equal(principalOf({ kind }), undefined)
})
