import { randomBytes } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type OpenbaoTransitOptions,
  openOpenbaoTransitLock,
} from '@keyhold/adapters/lock-openbao-transit/openbao-transit-lock.js'
import { lockContract, outcome } from '@keyhold/contract'
import type { LockPort } from '@keyhold/core'
import type { Test } from 'tap'
import { temporaryDirectory } from './temporary-directory.ts'
import type { TransitAdmin } from './transit-admin.ts'

export const context = { purpose: 'test', keystore: 'one' }
export const secret = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex')

/** What a lock is opened with, and how its token is exchanged. */
export interface TokenFile {
  readonly options: OpenbaoTransitOptions
  exchange(token: string): Promise<void>
}

/** A new key at a mount of its own, and a token that may encrypt and decrypt with it and nothing else. */
export async function newKey(t: Test, admin: TransitAdmin, options: Readonly<Record<string, unknown>> = {}) {
  const mount = `transit-${randomBytes(6).toString('hex')}`
  await admin.mount(mount)
  await admin.makeKey(`${mount}/keyhold`, options)
  const token = await admin.makeToken(useOf(mount, 'keyhold'))
  return { path: `${mount}/keyhold`, mount, token, file: await tokenFile(t, admin, mount, token) }
}

export function useOf(mount: string, key: string, capabilities: readonly string[] = ['update']) {
  return { [`${mount}/encrypt/${key}`]: capabilities, [`${mount}/decrypt/${key}`]: capabilities }
}

export async function tokenFile(t: Test, { url }: TransitAdmin, mount: string, token: string): Promise<TokenFile> {
  const file = join(await temporaryDirectory(t), 'token')
  const exchange = async (token: string) => {
    await writeFile(`${file}.new`, `${token}\n`, { mode: 0o600 })
    await rename(`${file}.new`, file)
  }
  await exchange(token)
  return { options: { url, mount, key: 'keyhold', tokenFile: file, timeout: 10_000 }, exchange }
}

export async function openLock(t: Test, options: OpenbaoTransitOptions): Promise<LockPort> {
  const lock = await openOpenbaoTransitLock(options)
  t.teardown(() => lock.close())
  return lock
}

/** How each call of a lock ends. */
export async function outcomes(lock: LockPort, blob: Uint8Array): Promise<readonly [string, string, string]> {
  return [
    await outcome(() => lock.lock(secret, context)),
    await outcome(() => lock.unlock(blob, context)),
    await outcome(() => lock.check()),
  ]
}

export const all = (code: string) => [code, code, code]

/** What is true of the lock over any server with a transit engine: the fake is held to it like the real one. */
export async function transitLockSuite(t: Test, admin: TransitAdmin): Promise<void> {
  await t.test('the contract of a lock', async t => {
    const [one, other] = [await newKey(t, admin), await newKey(t, admin)]
    await lockContract(
      t,
      t => openLock(t, one.file.options),
      t => openLock(t, other.file.options),
    )
  })

  for (const type of ['aes256-gcm96', 'chacha20-poly1305', 'xchacha20-poly1305']) {
    await t.test(`a key of the type ${type}`, async t => {
      const lock = await openLock(t, (await newKey(t, admin, { type })).file.options)
      const blob = await lock.lock(secret, context)
      t.strictSame(await outcomes(lock, blob), all('done'))
      t.equal(await outcome(() => lock.unlock(blob, { ...context, keystore: 'two' })), 'LOCK_REJECTED')
    })
  }

  await t.test('rotation of the key changes neither the id nor what was locked before', async t => {
    const { file, path } = await newKey(t, admin)
    const lock = await openLock(t, file.options)
    const first = await lock.lock(secret, context)
    await admin.rotate(path)
    const second = await lock.lock(secret, context)
    t.match(Buffer.from(first).toString('latin1'), /vault:v1:/)
    t.match(Buffer.from(second).toString('latin1'), /vault:v2:/)
    const later = await openLock(t, file.options)
    t.equal(later.id, lock.id)
    for (const blob of [first, second]) t.equal(await outcome(() => later.unlock(blob, context)), 'done')
    const swapped = Buffer.from(Buffer.from(second).toString('latin1').replace('vault:v2:', 'vault:v1:'), 'latin1')
    t.equal(await outcome(() => later.unlock(swapped, context)), 'LOCK_REJECTED', 'under another version')

    await admin.configure(path, { min_decryption_version: 2 })
    t.equal(await outcome(() => later.unlock(first, context)), 'LOCK_REFUSED', 'a version that was retired')
    t.equal(await outcome(() => later.unlock(second, context)), 'done')
    await admin.configure(path, { min_decryption_version: 1 })
    t.equal(await outcome(() => later.unlock(first, context)), 'done', 'and was brought back')
    await admin.configure(path, { min_decryption_version: 2 })
    await admin.trim(path, 2)
    t.equal(await outcome(() => later.unlock(first, context)), 'LOCK_REFUSED', 'and was trimmed')
    t.strictSame(await outcomes(later, second), all('done'))
  })

  await t.test('every other way to write a ciphertext that the engine would take is refused', async t => {
    const lock = await openLock(t, (await newKey(t, admin)).file.options)
    const text = Buffer.from(await lock.lock(secret, context)).toString('latin1')
    const others = ['v0:', 'v01:', 'v+1:', 'v-1:', 'v1:\n'].map(form => text.replace('v1:', form))
    for (const other of [...others, `${text}\n`, `${text.slice(0, -8)}\r\n${text.slice(-8)}`]) {
      const blob = Buffer.from(other, 'latin1')
      t.equal(await outcome(() => lock.unlock(blob, context)), 'LOCK_REJECTED', JSON.stringify(other.slice(-70)))
    }
  })

  await t.test('a key that cannot be used', async t => {
    const removed = await newKey(t, admin)
    const lock = await openLock(t, removed.file.options)
    const blob = await lock.lock(secret, context)
    await admin.removeKey(removed.path)
    t.strictSame(await outcomes(lock, blob), all('LOCK_REFUSED'), 'it was removed')

    await admin.makeKey(removed.path)
    t.strictSame(await outcomes(lock, blob), ['done', 'LOCK_REJECTED', 'done'], 'another one of its name')

    await admin.unmount(removed.mount)
    t.strictSame(await outcomes(lock, blob), all('LOCK_REFUSED'), 'its mount was removed')

    for (const options of [{ type: 'rsa-2048' }, { type: 'ed25519' }, { derived: true }]) {
      const lock = await openLock(t, (await newKey(t, admin, options)).file.options)
      t.strictSame(await outcomes(lock, blob), all('LOCK_REFUSED'), JSON.stringify(options))
    }
  })

  await t.test('a name that is wrong makes no key, also with a token that could', async t => {
    const { mount } = await newKey(t, admin)
    const token = await admin.makeToken(useOf(mount, 'typo', ['create', 'update']))
    const { options } = await tokenFile(t, admin, mount, token)
    const lock = await openLock(t, { ...options, key: 'typo' })
    t.strictSame(await outcomes(lock, new Uint8Array(0)), all('LOCK_REFUSED'))
    t.notOk(await admin.keyExists(`${mount}/typo`))
  })

  await t.test('a token', async t => {
    const { file, mount, token, path } = await newKey(t, admin)
    const lock = await openLock(t, file.options)
    const blob = await lock.lock(secret, context)
    await file.exchange('s.unknown')
    t.strictSame(await outcomes(lock, blob), all('LOCK_REFUSED'), 'that nobody knows')
    await file.exchange(await admin.makeToken({}))
    t.strictSame(await outcomes(lock, blob), all('LOCK_REFUSED'), 'that may do nothing')
    await file.exchange(await admin.makeToken({ [`${mount}/encrypt/keyhold`]: ['update'] }))
    t.strictSame(await outcomes(lock, blob), ['done', 'LOCK_REFUSED', 'LOCK_REFUSED'], 'that may encrypt alone')
    for (const content of ['', 'two words', 'a\nb', 'a'.repeat(5000), 'ü']) {
      await file.exchange(content)
      t.strictSame(
        await outcomes(lock, blob),
        all('LOCK_REFUSED'),
        `that is none: ${JSON.stringify(content.slice(0, 9))}`,
      )
    }
    await rm(file.options.tokenFile)
    t.strictSame(await outcomes(lock, blob), all('LOCK_REFUSED'), 'whose file is gone')
    await file.exchange(token)
    t.strictSame(await outcomes(lock, blob), all('done'), 'that is right again')
    await admin.revokeToken(token)
    t.strictSame(await outcomes(lock, blob), all('LOCK_REFUSED'), 'that was revoked')
    await file.exchange(await admin.makeToken(useOf(mount, 'keyhold')))
    t.strictSame(await outcomes(lock, blob), all('done'), 'and was exchanged')
    t.ok(await admin.keyExists(path))
  })

  await t.test('a namespace is part of where the key is', async t => {
    const name = `ns-${randomBytes(4).toString('hex')}`
    await admin.makeNamespace(name)
    await admin.mount('transit', `${name}/`)
    await admin.makeKey(`${name}/transit/keyhold`)
    const { options } = await tokenFile(t, admin, 'transit', admin.rootToken)
    const lock = await openLock(t, { ...options, namespace: name })
    t.equal(lock.id, `openbao-transit:${name}/transit/keyhold`)
    const blob = await lock.lock(secret, context)
    const byPath = await openLock(t, { ...options, mount: `${name}/transit` })
    t.equal(byPath.id, lock.id, 'the same key has the same id, however it is written')
    t.equal(await outcome(() => byPath.unlock(blob, context)), 'done')
    const elsewhere = await openLock(t, { ...options, namespace: 'nowhere' })
    t.strictSame(await outcomes(elsewhere, new Uint8Array(0)), ['LOCK_REFUSED', 'LOCK_REFUSED', 'LOCK_REFUSED'])
  })

  await t.test('a sealed server is unavailable until it is unsealed', async t => {
    const lock = await openLock(t, (await newKey(t, admin)).file.options)
    const blob = await lock.lock(secret, context)
    await admin.seal()
    t.strictSame(await outcomes(lock, blob), all('LOCK_UNAVAILABLE'))
    await admin.unseal()
    t.strictSame(await outcomes(lock, blob), all('done'))
  })
}
