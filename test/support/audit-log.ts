import { FixedClock } from '@keyhold/adapters'
import type { AuditOptions, Decision, Ports } from '@keyhold/core'
import { openAuditLog } from '@keyhold/core/audit/audit-log.js'
import { openIntegrityKey } from '@keyhold/core/records/header.js'
import { readLogPage } from '@keyhold/core/records/log-page.js'
import { Records } from '@keyhold/core/records/records.js'
import { testPorts } from './test-ports.ts'

/** What a process writes its log with, over ports that several may share. */
export async function openTestLog(
  given: Ports & { readonly clock: FixedClock } = clockedPorts(),
  options: AuditOptions = {},
) {
  const records = new Records(given.store, await openIntegrityKey(given))
  return { log: await openAuditLog(given, records, options), records, ports: given }
}

export function clockedPorts(seed = 'log'): Ports & { readonly clock: FixedClock } {
  return { ...testPorts(seed), clock: new FixedClock('2026-01-01T00:00:00.000Z') }
}

/** A request that was done. */
export function decision(request: string): Decision {
  return {
    type: 'decision',
    request,
    operation: 'sign',
    principal: 'did:example:alice#key',
    key: 'key',
    version: 1,
    status: 200,
  }
}

/** All lines of a log, the latest first. */
export async function wholeLog(records: Records, keystore: string): Promise<string[]> {
  const lines: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await readLogPage(records, keystore, after)
    lines.push(...page.lines)
    if (page.next === undefined) return lines
    after = page.next
  }
}
