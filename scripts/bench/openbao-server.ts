import { randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { call } from '../http-client.ts'
import { openbaoFile } from '../servers/openbao.ts'
import { launch } from '../servers/process.ts'
import { type Server, type Skipped, skip } from '../servers/start.ts'
import { openbaoKeys, openbaoPolicy } from './openbao-peer.ts'

export interface MeasuredOpenbao extends Server {
  /** May do what is measured, and nothing else. */
  readonly token: string
  /** How it is configured, in words. */
  readonly note: string
}

/**
 * An OpenBao server as one would run it: on the disk, with an audit log in a file, and a token with one small policy. In
 * its development mode everything is slower that changes anything, and its default policy costs more than what is measured.
 */
export async function startMeasuredOpenbao(directory: string): Promise<MeasuredOpenbao | Skipped> {
  if (!existsSync(openbaoFile)) return skip('no OpenBao server: run `npm run servers`')
  const port = randomInt(20_000, 32_000)
  const file = join(directory, 'openbao.hcl')
  await mkdir(join(directory, 'raft'), { recursive: true })
  await writeFile(file, configuration(directory, port))
  const server = await launch({
    name: 'the OpenBao server',
    command: [openbaoFile, 'server', `-config=${file}`],
    directory,
    ready: /Api Address: (http:\/\/\S+)[\s\S]*server started/,
  })
  try {
    const { token, version } = await prepare(server.address)
    const note = `OpenBao ${version}, raft storage on the disk, audit log in a file, a token with one policy of four paths`
    return { url: server.address, name: 'OpenBao', process: server, stop: server.stop, token, note }
  } catch (error) {
    await server.stop()
    throw error
  }
}

function configuration(directory: string, port: number): string {
  return `
api_addr = "http://127.0.0.1:${port}"
cluster_addr = "http://127.0.0.1:${port + 1}"
listener "tcp" {
  address = "127.0.0.1:${port}"
  tls_disable = true
}
storage "raft" {
  path = "${directory}/raft"
  node_id = "bench"
}
audit "file" "bench" {
  options {
    file_path = "${directory}/audit.log"
  }
}
`
}

/** Opens it, makes the keys, and a token for them. */
async function prepare(url: string): Promise<{ readonly token: string; readonly version: string }> {
  const { keys, root_token } = await call('PUT', `${url}/v1/sys/init`, { secret_shares: 1, secret_threshold: 1 })
  await call('PUT', `${url}/v1/sys/unseal`, { key: keys[0] })
  const administrator = { 'x-vault-token': root_token }
  const post = async (path: string, body: object) => {
    const headers = { ...administrator, 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(30_000) }
    const response = await fetch(`${url}/v1/${path}`, init)
    const text = await response.text()
    if (response.status > 299) throw new Error(`POST ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  const version = await untilActive(url)
  await post('sys/mounts/transit', { type: 'transit' })
  for (const [type, name] of Object.entries(openbaoKeys)) await post(`transit/keys/${name}`, { type })
  await post('sys/policies/acl/bench', { policy: openbaoPolicy })
  const created = await post('auth/token/create', { policies: ['bench'], no_default_policy: true })
  return { token: created.auth.client_token, version }
}

/** It elects itself first. @returns its version */
async function untilActive(url: string): Promise<string> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const response = await fetch(`${url}/v1/sys/health`, { signal: AbortSignal.timeout(10_000) })
    const { version } = (await response.json()) as { version: string }
    if (response.status === 200) return version
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error('OpenBao did not become active')
}
