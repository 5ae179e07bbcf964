import { inspect } from 'node:util'
import { SecretBytes } from '@keyhold/core'
import t from 'tap'

const wipedError = { message: 'secret bytes used after they were wiped' }

await t.test('lends the bytes it was given, as often as asked', async t => {
  const bytes = Uint8Array.of(1, 2, 3)
  const secret = new SecretBytes(bytes)
  t.equal(secret.length, 3)
  for (let i = 0; i < 2; i += 1)
    t.equal(
      secret.lend(lent => lent),
      bytes,
      'no copy is made',
    )
  t.equal(
    secret.lend(lent => lent[2]),
    3,
  )
  t.throws(() => secret.lend(() => JSON.parse('{')), SyntaxError)
  t.strictSame(bytes, Uint8Array.of(1, 2, 3), 'lending wipes nothing')
})

await t.test('spend wipes however it ends', async t => {
  const failure = new Error('expected')
  const endings: [name: string, use: (bytes: Uint8Array) => unknown, rejects: boolean][] = [
    ['with an answer', bytes => bytes.length, false],
    ['with a promise', async bytes => bytes.length, false],
    [
      'with an exception',
      () => {
        throw failure
      },
      true,
    ],
    [
      'with a rejection',
      async () => {
        throw failure
      },
      true,
    ],
    ['with a later rejection', () => new Promise((_, reject) => setImmediate(reject, failure)), true],
  ]
  for (const [name, use, rejects] of endings) {
    await t.test(name, async t => {
      const bytes = Uint8Array.of(1, 2, 3)
      const secret = new SecretBytes(bytes)
      if (rejects) await t.rejects(secret.spend(use), failure)
      else t.equal(await secret.spend(use), 3)
      t.strictSame(bytes, new Uint8Array(3), 'the bytes are wiped')
      t.throws(() => secret.lend(lent => lent), wipedError)
      await t.rejects(
        secret.spend(lent => lent),
        wipedError,
      )
    })
  }
})

await t.test('spend does not wipe before the promise has ended', async t => {
  const secret = new SecretBytes(Uint8Array.of(1, 2, 3))
  const seen = await secret.spend(async bytes => {
    await new Promise(setImmediate)
    return Array.from(bytes)
  })
  t.strictSame(seen, [1, 2, 3])
})

await t.test('wipe may be called again', async t => {
  const bytes = Uint8Array.of(1)
  const secret = new SecretBytes(bytes)
  secret.wipe()
  secret.wipe()
  t.strictSame(bytes, Uint8Array.of(0))
  t.equal(secret.length, 1)
})

await t.test('however it is printed, it shows nothing', async t => {
  const secret = new SecretBytes(Buffer.from('hunter2'))
  const printed: Record<string, string> = {
    'String()': String(secret),
    'a template': `${secret}`,
    'a join': [secret].join(),
    inspect: inspect(secret),
    'inspect with everything': inspect(secret, { showHidden: true, depth: null, getters: true }),
  }
  for (const [name, text] of Object.entries(printed)) t.equal(text, '[secret]', name)
  t.equal(JSON.stringify({ secret }), '{"secret":"[secret]"}')
  t.equal(inspect({ secret }), '{ secret: [secret] }')
  t.strictSame(Object.keys(secret), [], 'no member holds the bytes')
  t.strictSame({ ...secret }, {})
  t.equal(JSON.stringify(structuredClone({ secret })), '{"secret":{}}', 'a clone holds nothing')
  t.notOk((secret as unknown) instanceof Uint8Array)
})
