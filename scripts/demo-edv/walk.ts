import { type Answer, base64 } from '../http-client.ts'
import type { CallRecord } from '../servers/call-record.ts'
import type { Report, Step } from '../servers/step.ts'
import { createVault, delegateVault, type OwnedVault } from './vault-owner.ts'
import type { Wallet } from './wallet.ts'

export interface Places {
  readonly service: string
  readonly vaultServer: string
  readonly record: CallRecord
  /** Ends the service and starts it again: it has nothing open then. */
  restartService(): Promise<void>
}

/** Walks through what happens to a key whose lock is shared with its user, and which lives in her vault. */
export async function walk(
  { service, vaultServer, record, restartService }: Places,
  wallet: Wallet,
  report: Report,
): Promise<OwnedVault> {
  async function step<T>(
    asked: Pick<Step, 'title' | 'method' | 'url' | 'body'>,
    send: () => Promise<T>,
    write: (answer: T) => string,
  ): Promise<T> {
    const from = record.now
    const answer = await send()
    report({ ...asked, answer: write(answer), moments: record.since(from) })
    return answer
  }

  async function post(title: string, url: string, body?: object, action?: string) {
    const send = async () => {
      const { status, body: answer } = await wallet.send('POST', url, body, action)
      if (status !== 200) throw new Error(`${title}: ${status} ${JSON.stringify(answer)}`)
      return answer
    }
    return step<Answer['body']>({ title, method: 'POST', url, ...(body && { body }) }, send, written)
  }

  const { did } = await post('Whom must the vault be delegated to?', `${service}/v1/keystores/did`)
  const vault = await step(
    {
      title: 'A vault for Alice, at a server of her choice',
      method: 'POST',
      url: `${vaultServer}/encrypted-data-vaults`,
    },
    () => createVault(vaultServer, wallet.signer),
    ({ url }) => `201 ${url}, and a capability, which she delegates to that DID`,
  )
  const delegated = await delegateVault(vault, wallet.signer, did)
  const { key_store_url, capability } = await post(
    'A keystore: the shares must be there, and the vault is tried, before anything is stored',
    `${service}/v1/keystores`,
    {
      controller: wallet.signer.didUrl,
      edv: { vault_url: vault.url, capability: base64(JSON.stringify(delegated)) },
    },
  )
  await wallet.take(capability)

  const message = base64('Hold my keys.')
  const rotation = { key_type: 'ED25519' }
  const sign = (title: string, key: string) => post(title, `${key}/sign`, { message }, 'sign')
  const { key_url: key } = await post('A key', `${key_store_url}/keys`, { key_type: 'ED25519' }, 'createKey')
  const { signature } = await sign('Sign for the first time', key)
  await sign('Sign again', key)
  await post('Verify', `${key}/verify`, { message, signature }, 'verify')
  const { key_url: rotated } = await post('Rotate', `${key}/rotate`, rotation, 'rotateKey')
  await sign('Sign with the new version, by the old URL', key)
  await sign('Sign with the new version, by the new URL', rotated)
  await post('Verify what the old version has signed', `${rotated}/verify`, { message, signature }, 'verify')
  await post('Rotate again', `${rotated}/rotate`, rotation, 'rotateKey')
  await restartService()
  await sign('Sign after a restart of the service', rotated)
  return vault
}

function written(answer: unknown): string {
  return `200 ${answer === undefined ? '(nothing to say: it is valid)' : JSON.stringify(answer)}`
}
