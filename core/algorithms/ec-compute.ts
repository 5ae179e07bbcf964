import { diffieHellman } from 'node:crypto'
import type { EcJob } from '../ports/index.ts'
import { curves } from './curves.ts'
import { openEcdh } from './ec-key.ts'
import { ecPrivateKeyObject, ecPublicKeyObject } from './ec-key-object.ts'

/**
 * As `compute`. Neither an ECDH object nor WebCrypto agrees in Node 20 without computing the own public key once more, to
 * see whether it still is what it was: that takes as long as to agree.
 */
export function computeEc(job: EcJob): Uint8Array | undefined {
  const curve = curves[job.scheme]
  if (job.operation === 'publicKey') return openEcdh(curve, job.secret)?.getPublicKey()
  const privateKey = ecPrivateKeyObject(curve, job.secret, job.publicKey)
  try {
    return diffieHellman({ privateKey, publicKey: ecPublicKeyObject(curve, job.otherPublicKey) })
  } catch {
    return undefined
  }
}
