import { readFile } from 'node:fs/promises'
import { systemRandom } from '@keyhold/adapters'
import { openKeyFile, readCapability } from '@keyhold/client'
import {
  delegateTrustbloc,
  isProvenTrustbloc,
  readTrustblocCapability,
  resolveSelfContainedDid,
  type TrustblocCapability,
} from '@keyhold/core'
import { duration } from '../config/values.ts'

export interface DelegateOptions {
  /** A file with the key of the parent's invoker. */
  readonly key: string
  /** A file with the capability that is delegated from. */
  readonly parent: string
  /** The DID URL of the key that may invoke the new capability. */
  readonly to: string
  readonly action: readonly string[]
  readonly target?: string
  /** How long it lives, such as 30d. */
  readonly expires: string
}

/** Delegates a capability without asking the server, and prints the new one as JSON. @returns the exit code */
export async function delegate(options: DelegateOptions): Promise<number> {
  const parent = readTrustblocCapability(readCapability(await readFile(options.parent, 'utf8')))
  if (parent === undefined) throw new Error(`${options.parent}: not a capability that can be delegated`)
  const signer = await openKeyFile(options.key)
  const now = Date.now()
  const delegation = {
    to: options.to,
    expires: now + duration(options.expires),
    now,
    ...(options.action.length > 0 && { actions: options.action }),
    ...(options.target !== undefined && { target: options.target }),
  }
  const capability = await delegateTrustbloc(parent, delegation, signer, systemRandom())
  process.stdout.write(`${JSON.stringify(capability)}\n`)
  return 0
}

/**
 * Explains a capability, in whatever form and dialect it is. The proof is checked in the TrustBloc dialect; in the CCG
 * dialect a chain means nothing without the keystore that it begins at, which only the service knows.
 *
 * @returns the exit code: 1 if the proof is not valid
 */
export async function show(file: string): Promise<number> {
  const json = readCapability(await readFile(file, 'utf8'))
  const capability = readTrustblocCapability(json)
  const { valid, ...lines } = capability === undefined ? explainCcg(json) : await explainTrustbloc(capability)
  for (const [name, value] of Object.entries(lines)) process.stdout.write(`${name.padEnd(10)} ${value}\n`)
  return valid ? 0 : 1
}

async function explainTrustbloc(capability: TrustblocCapability) {
  const [proof] = capability.proof
  const key = await resolveSelfContainedDid(proof.verificationMethod)
  const valid = key !== undefined && (await isProvenTrustbloc(capability, key))
  return {
    id: capability.id,
    kind: capability.parentCapability === undefined ? 'root' : `delegated from ${capability.parentCapability}`,
    invoker: capability.invoker ?? '(nobody)',
    actions: capability.allowedAction?.join(', ') ?? "(all of the parent's)",
    target: capability.invocationTarget.ID,
    expires: capability.expires ?? '(not by itself)',
    created: proof.created,
    'signed by': proof.verificationMethod,
    proof: valid ? 'valid' : 'NOT VALID',
    valid,
  }
}

function explainCcg(capability: Readonly<Record<string, unknown>>) {
  const proof = (capability['proof'] ?? {}) as Readonly<Record<string, unknown>>
  const chain = [proof['capabilityChain'] ?? []].flat()
  const shown = (value: unknown, absent: string) => (value === undefined ? absent : [value].flat().join(', '))
  return {
    id: shown(capability['id'], '(none)'),
    kind: chain.length === 0 ? 'root' : `delegated from ${shown(capability['parentCapability'], '(nothing)')}`,
    invoker: shown(capability['controller'], '(nobody)'),
    actions: shown(capability['allowedAction'], "(all of the parent's)"),
    target: shown(capability['invocationTarget'], '(none)'),
    expires: shown(capability['expires'], '(never: not accepted)'),
    created: shown(proof['created'], '(unknown)'),
    'signed by': shown(proof['verificationMethod'], '(nobody)'),
    proof: `${shown(proof['type'], 'none')}, not checked here`,
    valid: true,
  }
}
