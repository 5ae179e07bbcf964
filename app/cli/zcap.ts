import { readFile } from 'node:fs/promises'
import { systemRandom } from '@keyhold/adapters'
import { openKeyFile, readCapability } from '@keyhold/client'
import { delegateTrustbloc, isProvenTrustbloc, readTrustblocCapability, resolveSelfContainedDid } from '@keyhold/core'
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

/** Explains a capability, in whatever form it is. @returns the exit code: 1 if its proof is not valid */
export async function show(file: string): Promise<number> {
  const json = readCapability(await readFile(file, 'utf8'))
  const capability = readTrustblocCapability(json)
  if (capability === undefined) {
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`)
    process.stderr.write(`${file}: not a capability of the TrustBloc dialect\n`)
    return 1
  }
  const [proof] = capability.proof
  const key = await resolveSelfContainedDid(proof.verificationMethod)
  const valid = key !== undefined && (await isProvenTrustbloc(capability, key))
  const lines = {
    id: capability.id,
    kind: capability.parentCapability === undefined ? 'root' : `delegated from ${capability.parentCapability}`,
    invoker: capability.invoker ?? '(nobody)',
    actions: capability.allowedAction?.join(', ') ?? "(all of the parent's)",
    target: capability.invocationTarget.ID,
    expires: capability.expires ?? '(not by itself)',
    created: proof.created,
    'signed by': proof.verificationMethod,
    proof: valid ? 'valid' : 'NOT VALID',
  }
  for (const [name, value] of Object.entries(lines)) process.stdout.write(`${name.padEnd(10)} ${value}\n`)
  return valid ? 0 : 1
}
