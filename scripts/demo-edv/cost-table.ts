import type { Step } from '../servers/step.ts'

/** How many requests to the vault server and to the auth server each step has caused, as a table. */
export function costTable(steps: readonly Pick<Step, 'title' | 'moments'>[]): string[] {
  const rows = steps.map(({ title, moments }) => {
    const calls = (callee: string) =>
      moments.filter(moment => moment.callee === callee && moment.event === 'asked').length
    return [title.replace(/[:?].*$/, ''), String(calls('vault')), String(calls('auth server'))] as const
  })
  return [['request', 'vault', 'auth server'] as const, ...rows].map(
    ([title, vault, shares]) => `${title.padEnd(50)} ${vault.padStart(6)} ${shares.padStart(12)}`,
  )
}
