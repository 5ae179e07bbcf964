import { maximumMessages } from '../algorithms/bbs/limits.ts'
import type { MultiVerifier, Statement } from '../algorithms/key-type.ts'
import type { Caller } from '../authorization/caller.ts'
import { invalidRequest, KmsError } from '../errors.ts'
import { type KeyAddress, type ResolvedKey, resolveKey } from '../keys/resolve-key.ts'
import { usePublic, useSecret } from '../keys/use-primitive.ts'
import type { Kms } from '../kms.ts'
import { newestVersion, usableVersions } from '../records/key.ts'

/** All that one signature covers. */
export interface SignMultiCommand extends KeyAddress, Statement {}

/**
 * Signs several messages at once with the newest version.
 *
 * @throws KmsError OPERATION_UNSUPPORTED, INVALID_REQUEST, OVERLOADED, and those of `resolveKey`
 */
export async function signMulti(kms: Kms, caller: Caller, command: SignMultiCommand): Promise<Uint8Array> {
  const resolved = await resolveKey(kms, caller, 'signMulti', command)
  requireMessages(command.messages)
  return useSecret(kms, resolved, newestVersion(resolved.key), 'multiSigner', signer => signer.sign(command))
}

export interface VerifyMultiCommand extends SignMultiCommand {
  readonly signature: Uint8Array
}

/** Resolves if the signature is any version's. @throws KmsError VERIFICATION_FAILED, and those of `signMulti` */
export async function verifyMulti(kms: Kms, caller: Caller, command: VerifyMultiCommand): Promise<void> {
  const resolved = await resolveKey(kms, caller, 'verifyMulti', command)
  requireMessages(command.messages)
  await firstVersion(kms, resolved, async verifier =>
    (await verifier.verify(command.signature, command)) ? command.signature : undefined,
  )
}

export interface DeriveProofCommand extends VerifyMultiCommand {
  /** Which of the messages the proof will tell, in any order. */
  readonly revealed: readonly number[]
  readonly nonce: Uint8Array
}

/** Proves to have a signature, telling some of its messages. @throws as `verifyMulti` does */
export async function deriveProof(kms: Kms, caller: Caller, command: DeriveProofCommand): Promise<Uint8Array> {
  const resolved = await resolveKey(kms, caller, 'deriveProof', command)
  const { messages, nonce, signature } = command
  requireMessages(messages)
  const revealed = [...command.revealed].sort((a, b) => a - b)
  requireIndexes(revealed, messages.length)
  return firstVersion(kms, resolved, verifier => verifier.deriveProof(signature, command, revealed, nonce))
}

export interface VerifyProofCommand extends SignMultiCommand {
  readonly proof: Uint8Array
  /** Those of `messages`, which are the revealed ones in this order; undefined if the proof says them. */
  readonly revealed: readonly number[] | undefined
  readonly nonce: Uint8Array
}

/** Resolves if the proof is one over any version's signature. @throws as `verifyMulti` does */
export async function verifyProof(kms: Kms, caller: Caller, command: VerifyProofCommand): Promise<void> {
  const resolved = await resolveKey(kms, caller, 'verifyProof', command)
  const { messages, revealed } = command
  requireMessages(messages)
  if (revealed !== undefined) {
    requireIndexes(revealed, maximumMessages)
    if (revealed.length !== messages.length) throw invalidRequest('revealed_indexes: must be as many as messages')
  }
  await firstVersion(kms, resolved, async verifier =>
    (await verifier.verifyProof(command)) ? command.proof : undefined,
  )
}

/** Milliseconds for all versions together: each is as slow as the first. */
const timeLimit = 30_000

/** What the newest version answers that answers anything. */
async function firstVersion(
  kms: Kms,
  resolved: ResolvedKey,
  use: (verifier: MultiVerifier) => Promise<Uint8Array | undefined>,
): Promise<Uint8Array> {
  const { clock } = kms.ports
  const start = clock.elapsed()
  for (const version of usableVersions(resolved.key)) {
    if (clock.elapsed() - start > timeLimit) throw new KmsError('OVERLOADED', 'there are too many versions to try')
    const found = await usePublic(kms, resolved, version, 'multiVerifier', use)
    if (found !== undefined) return found
  }
  throw new KmsError('VERIFICATION_FAILED', 'the signature or proof is not valid')
}

function requireMessages(messages: readonly Uint8Array[]): void {
  if (messages.length === 0) throw invalidRequest('messages: at least one is needed')
  if (messages.length > maximumMessages) throw invalidRequest(`messages: at most ${maximumMessages} can be signed`)
}

function requireIndexes(indexes: readonly number[], count: number): void {
  if (indexes.length === 0) throw invalidRequest('revealed_indexes: at least one is needed')
  const isIndex = (index: number) => Number.isInteger(index) && index >= 0 && index < count
  if (!indexes.every(isIndex)) throw invalidRequest('revealed_indexes: there is no such message')
  const isAscending = indexes.every((index, at) => index > (indexes[at - 1] ?? -1))
  if (!isAscending) throw invalidRequest('revealed_indexes: must be ascending, each once')
}
