import { createPrivateKey, sign } from 'node:crypto'
import type { Ed25519Port } from '@keyhold/core'
import type { Test } from 'tap'
import { ed25519Edges } from './ed25519-edges.ts'
import { rfc8032 } from './ed25519-vectors.ts'

const hex = (text: string) => Buffer.from(text, 'hex')

/** Among them those around which one may send messages another way. */
const lengths = [0, 1, 63, 64, 127, 128, 1300, 4096, 16_383, 16_384, 16_385, 32_768, 32_769, 100_000]

/**
 * Everything that `Ed25519Port` promises: whichever implementation a server has, it makes the same signatures and accepts
 * the same.
 */
export async function ed25519Contract(t: Test, ed25519: Ed25519Port): Promise<void> {
  const [{ seed, publicKey }] = rfc8032
  const open = () => ({
    signer: ed25519.signer(hex(seed), hex(publicKey)),
    verifier: ed25519.verifier(hex(publicKey)),
  })

  await t.test('signs and verifies as RFC 8032 has it', async t => {
    for (const { seed, publicKey, message, signature } of rfc8032) {
      t.equal(Buffer.from(ed25519.publicKey(hex(seed))).toString('hex'), publicKey)
      const signed = ed25519.signer(hex(seed), hex(publicKey)).sign(hex(message))
      t.equal(Buffer.from(signed).toString('hex'), signature)
      t.equal(ed25519.verifier(hex(publicKey)).verify(hex(signature), hex(message)), true)
    }
  })

  await t.test('messages of any length, anywhere in memory', async t => {
    const { signer, verifier } = open()
    const pkcs8 = Buffer.concat([hex('302e020100300506032b657004220420'), hex(seed)])
    const key = createPrivateKey({ format: 'der', type: 'pkcs8', key: pkcs8 })
    for (const length of lengths) {
      const message = Buffer.alloc(length + 7, 'message').subarray(7)
      const signature = signer.sign(message)
      t.equal(Buffer.compare(signature, sign(null, message, key)), 0, `${length} bytes`)
      t.equal(verifier.verify(signature, message), true)
      t.equal(verifier.verify(signature, Buffer.concat([message, Buffer.alloc(1)])), false)
      const inside = Buffer.concat([Buffer.alloc(3), signature]).subarray(3)
      t.equal(verifier.verify(inside, Uint8Array.from(message)), true)
    }
  })

  await t.test('what is signed, and what it is signed with, stays as it was', async t => {
    const [own, message] = [hex(seed), Buffer.from('message')]
    const first = ed25519.signer(own, hex(publicKey))
    const signature = Buffer.from(first.sign(message))
    ed25519.publicKey(own)
    t.equal(own.toString('hex'), seed)
    t.equal(message.toString(), 'message')
    own.fill(0)
    t.equal(Buffer.compare(first.sign(message), signature), 0, 'the seed was copied')
    const second = ed25519.signer(hex(seed), hex(publicKey))
    first.close?.()
    t.equal(Buffer.compare(second.sign(message), signature), 0, 'one that is closed takes no other along')
  })

  await t.test('a signature of another length is none', async t => {
    const { signer, verifier } = open()
    for (const length of [0, 100_000]) {
      const message = Buffer.alloc(length)
      const signature = signer.sign(message)
      for (const cut of [0, 1, 31, 32, 63]) t.equal(verifier.verify(signature.subarray(0, cut), message), false)
      t.equal(verifier.verify(Buffer.concat([signature, Buffer.alloc(1)]), message), false)
    }
  })

  await t.test('a changed bit anywhere', async t => {
    const { signer, verifier } = open()
    const message = Buffer.from('message')
    const right = signer.sign(message)
    const accepted = [...right.keys()].filter(at => {
      const changed = right.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte))
      return verifier.verify(changed, message)
    })
    t.strictSame(accepted, [])
  })

  await t.test('the edges of RFC 8032', async t => {
    for (const { name, publicKey, message, signature, valid } of ed25519Edges) {
      t.equal(ed25519.verifier(hex(publicKey)).verify(hex(signature), hex(message)), valid, name)
    }
  })
}
