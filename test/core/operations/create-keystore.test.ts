import { outcome } from '@keyhold/contract'
import { createKeystore, openKms } from '@keyhold/core'
import t from 'tap'
import { memoryPorts } from '../../support/memory-ports.ts'

const caller = { kind: 'local' } as const

await t.test('the controller is kept verbatim', async t => {
  const kms = await openKms(memoryPorts())
  const controllers = [
    'd',
    'did:example:owner',
    'a b\n\0',
    'é',
    'e\u0301',
    '😀',
    '\u202ea',
    'a\ufeffb',
    'a'.repeat(2048),
  ]
  for (const controller of controllers) {
    const { id } = await createKeystore(kms, caller, { controller })
    t.equal((await kms.records.findKeystore(id))?.controller, controller, encodeURIComponent(controller.slice(0, 40)))
  }
})

await t.test('a controller that cannot be kept verbatim is refused', async t => {
  const kms = await openKms(memoryPorts())
  const controllers: [name: string, controller: string][] = [
    ['empty', ''],
    ['too long', 'a'.repeat(2049)],
    ['a lone high surrogate', 'a\ud800'],
    ['a lone low surrogate', '\udc00a'],
    ['surrogates in the wrong order', '\udc00\ud800'],
    ['a byte order mark first', '\ufeffdid:example:owner'],
  ]
  for (const [name, controller] of controllers) {
    t.equal(await outcome(() => createKeystore(kms, caller, { controller })), 'INVALID_REQUEST', name)
  }
})
