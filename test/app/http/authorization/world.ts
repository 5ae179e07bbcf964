import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FixedClock, MemoryKeyStore, seededRandom, verifyCcgChain } from '@keyhold/adapters'
import { buildServer, type ServerOptions } from '@keyhold/app'
import { chooseAuthenticators, type Tokens } from '@keyhold/app/authenticate.js'
import { loadConfig } from '@keyhold/app/config/load-config.js'
import {
  AeadLock,
  type KeyStorePort,
  type Kms,
  openKms,
  type Ports,
  resolveSelfContainedDid,
  SecretBytes,
} from '@keyhold/core'
import type { Test } from 'tap'
import { temporaryDirectory } from '../../../support/temporary-directory.ts'
import { baseUrl } from './places.ts'
import type { Setting } from './plan.ts'
import { withRoutes } from './registered-routes.ts'
import type { Wire } from './sign.ts'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
  /** Of the error. */
  readonly code?: string
}

/** A whole server as it is configured, over ports in memory. */
export interface World {
  readonly setting: Setting
  readonly clock: FixedClock
  /** The same store, as the core sees it: for what the API cannot do. */
  readonly kms: Kms
  /** A token that admits. */
  readonly token: string
  /** How many records were written. */
  writes(): number
  /** The routes that need a caller and those that do not, and every other method, as `METHOD path`. */
  readonly routes: readonly string[]
  send(wire: Wire): Promise<Reply>
}

const token = 'a-token-of-the-file'

export interface WorldOptions {
  /** Settings besides, or instead of, those that follow from the setting. */
  readonly environment?: Readonly<Record<string, string>>
  readonly log?: NonNullable<ServerOptions['log']>
  /** Opens those who know what tokens are worth. Default: nobody does. */
  readonly tokens?: (clock: FixedClock) => Promise<Tokens>
}

/** Opens a server that is closed when the test has ended. */
export async function openWorld(
  t: Pick<Test, 'teardown'>,
  setting: Setting,
  { environment = {}, log, tokens }: WorldOptions = {},
): Promise<World> {
  const clock = new FixedClock('2026-01-01T00:00:00.000Z')
  clock.advance(1000)
  const random = seededRandom(1)
  const store = new MemoryKeyStore()
  let writes = 0
  const ports: Ports = {
    store: countWrites(store, () => {
      writes += 1
    }),
    lock: new AeadLock('test', new SecretBytes(random(32)), random),
    random,
    clock,
  }
  const config = loadConfig({
    KMS_BASE_URL: baseUrl,
    KMS_AUTH_TYPE: 'zcap',
    KMS_ZCAP_COVERAGE: setting.coverage,
    KMS_KEYSTORE_ADMISSION: setting.admission,
    ...(setting.admission === 'bearer' && { KMS_KEYSTORE_ADMISSION_TOKEN_FILE: await tokenFile(t) }),
    ...environment,
  })
  const capabilities = { policy: config.chainPolicy, resolveDid: resolveSelfContainedDid, verifyCcgChain }
  const authenticators = chooseAuthenticators(config, clock, resolveSelfContainedDid, await tokens?.(clock))
  const { result: server, routes } = await withRoutes(() =>
    buildServer({ ports, baseUrl, capabilities, authenticators, ...(log && { log }) }),
  )
  const keystoreUrl = (id: string) => `${baseUrl}/v1/keystores/${id}`
  const kms = await openKms(ports, { capabilities, keystoreUrl })
  t.teardown(async () => {
    await server.close()
    kms.close()
  })
  return {
    setting,
    clock,
    kms,
    token,
    routes,
    writes: () => writes,
    async send({ method, target, headers, body }) {
      const reply = await server.inject({
        method: method as 'GET',
        url: target,
        headers: headers as Record<string, string>,
        ...(body && { payload: body }),
      })
      const { statusCode: status, body: text } = reply
      const isError = status >= 400 && text !== ''
      return { status, headers: reply.headers, text, ...(isError && { code: JSON.parse(text).code }) }
    },
  }
}

async function tokenFile(t: Pick<Test, 'teardown'>): Promise<string> {
  const file = join(await temporaryDirectory(t), 'tokens')
  await writeFile(file, `another-token\n${token}\n`)
  return file
}

function countWrites(store: KeyStorePort, written: () => void): KeyStorePort {
  const counted =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      const result = await write(...args)
      written()
      return result
    }
  return {
    find: (...args) => store.find(...args),
    list: (...args) => store.list(...args),
    check: () => store.check(),
    close: () => store.close(),
    add: counted((record, durability) => store.add(record, durability)),
    replace: counted(record => store.replace(record)),
    // Sessions that have ended are removed at any time, whatever is asked meanwhile.
    remove: (collection, ...args) => {
      const remove = (...of: typeof args) => store.remove(collection, ...of)
      return collection === 'sessions' ? remove(...args) : counted(remove)(...args)
    },
  }
}
