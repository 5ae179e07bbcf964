interface TraceLine {
  readonly msg: string
  readonly port?: string
  readonly call?: string
  readonly purpose?: string
  readonly collection?: string
}

/**
 * What a service with the log level `debug` has called since it listens, in the order in which the calls ended: port,
 * call, and what it was about.
 */
export function traceAfterStart(output: string): string[] {
  const [, served = ''] = output.split(/"msg":"listening at .*\n/)
  // The last line may not be here whole yet.
  const lines = served.slice(0, served.lastIndexOf('\n') + 1).split('\n')
  return lines
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as TraceLine)
    .filter(({ msg }) => msg === 'trace')
    .map(({ port, call, purpose, collection }) => [port, call, purpose ?? collection].filter(Boolean).join(' '))
}
