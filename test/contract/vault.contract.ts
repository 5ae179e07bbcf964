import { SecretBytes, type Vault, type VaultBinding, type VaultPort } from '@keyhold/core'
import type { Test } from 'tap'
import { hostileTexts, shown } from './hostile-texts.ts'
import { outcome, tally } from './outcome.ts'

/** Vaults that can be opened, one of which exists and is empty. */
export interface VaultScene {
  readonly vaults: VaultPort
  /** How that vault is reached. */
  readonly place: Omit<VaultBinding, 'recipientKey' | 'macKey'>
}

/**
 * Everything that `VaultPort` and `Vault` promise. An adapter's test calls this with a function that makes a scene of its
 * own each time it is called, and registers its teardown with the `t` it is given:
 * `await vaultContract(t, async t => ({ vaults: openMyVaults(), place: await newVault(t) }))`.
 */
export async function vaultContract(t: Test, scene: (t: Test) => Promise<VaultScene>): Promise<void> {
  const openOne = async (t: Test) => open(await scene(t))

  await t.test('what was not put there is absent', async t => {
    const vault = await openOne(t)
    t.equal(await vault.get('one'), undefined)
    await vault.put('one', bytesOf(10))
    for (const name of ['on', 'onee', 'One', 'two', '\0one']) t.equal(await vault.get(name), undefined, shown(name))
  })

  await t.test('contents of 0 to 200,000 bytes come back byte for byte', async t => {
    const vault = await openOne(t)
    for (const length of [0, 1, 2, 3, 16, 255, 256, 4096, 65_536, 200_000]) {
      await vault.put(`length ${length}`, bytesOf(length))
      t.ok(isSame(await vault.get(`length ${length}`), bytesOf(length)), `${length} bytes`)
    }
  })

  await t.test('hostile names are data', async t => {
    const vault = await openOne(t)
    for (const [index, name] of hostileTexts.entries()) await vault.put(name, bytesOf(index))
    for (const [index, name] of hostileTexts.entries()) {
      t.ok(isSame(await vault.get(name), bytesOf(index)), shown(name))
    }
  })

  await t.test('to put what is there already is no error', async t => {
    const vault = await openOne(t)
    for (const _ of [1, 2, 3]) await vault.put('one', bytesOf(10))
    t.ok(isSame(await vault.get('one'), bytesOf(10)))
    const puts = Array.from({ length: 8 }, () => () => vault.put('two', bytesOf(20)))
    t.strictSame(await tally(puts), { done: 8 }, 'nor in parallel')
    t.ok(isSame(await vault.get('two'), bytesOf(20)))
  })

  await t.test('what was removed is absent, and may be put there again', async t => {
    const vault = await openOne(t)
    await vault.remove('one')
    await vault.put('one', bytesOf(10))
    await vault.put('two', bytesOf(20))
    for (const _ of [1, 2]) {
      await vault.remove('one')
      t.equal(await vault.get('one'), undefined)
      await vault.remove('one')
      await vault.put('one', bytesOf(10))
      t.ok(isSame(await vault.get('one'), bytesOf(10)))
    }
    t.ok(isSame(await vault.get('two'), bytesOf(20)), 'all else stays')
    t.strictSame(
      await tally(Array.from({ length: 8 }, () => () => vault.remove('two'))),
      { done: 8 },
      'in parallel too',
    )
    t.equal(await vault.get('two'), undefined)
  })

  await t.test('who has the same keys finds the same documents', async t => {
    const { vaults, place } = await scene(t)
    await (await open({ vaults, place })).put('one', bytesOf(10))
    t.ok(isSame(await (await open({ vaults, place })).get('one'), bytesOf(10)))
  })

  await t.test('who has other keys does not', async t => {
    const { vaults, place } = await scene(t)
    const vault = await open({ vaults, place })
    await vault.put('one', bytesOf(10))
    const otherNames = await open({ vaults, place }, 1, 9)
    t.equal(await otherNames.get('one'), undefined, 'with another MAC key nothing is found')
    await otherNames.put('one', bytesOf(20))
    await otherNames.remove('one')
    t.ok(isSame(await vault.get('one'), bytesOf(10)), 'nor removed')
    const otherRecipient = await open({ vaults, place }, 9, 2)
    t.equal(await outcome(() => otherRecipient.get('one')), 'VAULT_CORRUPT', 'another recipient key opens nothing')
  })

  await t.test('calls may run in parallel', async t => {
    const vault = await openOne(t)
    const numbers = Array.from({ length: 32 }, (_, i) => i)
    const results = await Promise.all(
      numbers.map(async i => {
        await vault.put(`${i}`, bytesOf(i))
        return isSame(await vault.get(`${i}`), bytesOf(i))
      }),
    )
    t.ok(results.every(Boolean))
  })

  await t.test('bytes stay whose they are', async t => {
    const vault = await openOne(t)
    const content = bytesOf(64)
    const framed = Buffer.concat([Buffer.alloc(5), content, Buffer.alloc(5)])
    await vault.put('one', content)
    await vault.put('two', framed.subarray(5, -5))
    t.ok(isSame(content, bytesOf(64)), 'putting leaves the content as it was')
    content.fill(0)
    framed.fill(0)
    const [one, again] = [await vault.get('one'), await vault.get('one')]
    one?.fill(0)
    t.ok(isSame(again, bytesOf(64)), 'every answer is a copy of its own')
    t.ok(isSame(await vault.get('one'), bytesOf(64)))
    t.ok(isSame(await vault.get('two'), bytesOf(64)), 'a view is read as a view')
  })

  await t.test('after close every call answers VAULT_UNAVAILABLE', async t => {
    const { vaults, place } = await scene(t)
    const [vault, other, third] = [
      await open({ vaults, place }),
      await open({ vaults, place }),
      await open({ vaults, place }),
    ]
    await vault.put('one', bytesOf(10))
    t.equal(await vault.close(), undefined)
    await expectClosed(t, vault)
    t.equal(await vault.close(), undefined, 'close may be called again')
    t.ok(isSame(await other.get('one'), bytesOf(10)), 'others that were opened are not closed')
    t.equal(await vaults.close(), undefined)
    for (const each of [vault, other, third]) await expectClosed(t, each)
    t.equal(await vaults.close(), undefined, 'and the port, too')
    t.equal(await other.close(), undefined)
    t.equal(await outcome(() => open({ vaults, place })), 'VAULT_UNAVAILABLE')
  })

  await t.test('whoever opens a vault owns its keys', async t => {
    const { vaults, place } = await scene(t)
    const keys = keysOf(1, 2)
    const vault = await vaults.open({ ...place, ...keys })
    await vault.put('one', bytesOf(10))
    await vault.close()
    for (const key of Object.values(keys)) t.throws(() => key.lend(() => undefined), 'they are wiped when it is closed')
    const unused = keysOf(1, 2)
    await vaults.close()
    t.equal(await outcome(() => vaults.open({ ...place, ...unused })), 'VAULT_UNAVAILABLE')
    for (const key of Object.values(unused)) t.throws(() => key.lend(() => undefined), 'and when it is not opened')
  })
}

function open({ vaults, place }: VaultScene, recipientByte = 1, macByte = 2): Promise<Vault> {
  return vaults.open({ ...place, ...keysOf(recipientByte, macByte) })
}

/** Any 32 equal bytes but 0 and 255 are a scalar on P-256. */
function keysOf(recipientByte: number, macByte: number): Pick<VaultBinding, 'recipientKey' | 'macKey'> {
  const key = (byte: number) => new SecretBytes(new Uint8Array(32).fill(byte))
  return { recipientKey: key(recipientByte), macKey: key(macByte) }
}

async function expectClosed(t: Test, vault: Vault): Promise<void> {
  const calls: Record<string, () => Promise<unknown>> = {
    put: () => vault.put('one', bytesOf(10)),
    get: () => vault.get('one'),
    'get of nothing': () => vault.get('nothing'),
    remove: () => vault.remove('one'),
  }
  for (const [name, call] of Object.entries(calls)) t.equal(await outcome(call), 'VAULT_UNAVAILABLE', name)
}

/** Bytes that differ from each other, made anew for each call. */
function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff)
}

function isSame(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && Buffer.compare(one, other) === 0
}
