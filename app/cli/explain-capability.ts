import { isProvenTrustbloc, resolveSelfContainedDid, type TrustblocCapability } from '@keyhold/core'

/** What a capability of the TrustBloc dialect says, by name, and whether its proof is valid. */
export async function explainTrustbloc(capability: TrustblocCapability) {
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

/** The same in the CCG dialect, whose proofs are not checked here. */
export function explainCcg(capability: Readonly<Record<string, unknown>>) {
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
