import { type ServiceOptions, type ServiceProcess, startService } from '../service-process.ts'
import type { CallRecord } from './call-record.ts'
import { startRoundRobin } from './round-robin.ts'

/** Two instances of the service, real processes, behind one URL. */
export interface Instances {
  /** What the URLs of the service begin with: that of the round robin. */
  readonly url: string
  /** As the record names them: A and B. */
  readonly a: ServiceProcess
  readonly b: ServiceProcess
  /** The settings of both, for one more. */
  readonly environment: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** Starts both at once. */
export async function startInstances(
  { directory, environment = {} }: ServiceOptions,
  record: CallRecord,
): Promise<Instances> {
  const roundRobin = await startRoundRobin(record)
  const settings = { ...environment, KMS_BASE_URL: roundRobin.url }
  const starting = [0, 1].map(() => startService({ directory, environment: settings }))
  const settled = await Promise.allSettled(starting)
  const stop = async () => {
    await Promise.all(settled.map(each => each.status === 'fulfilled' && each.value.stop()))
    await roundRobin.stop()
  }
  try {
    const [a, b] = (await Promise.all(starting)) as [ServiceProcess, ServiceProcess]
    roundRobin.sendTo([a.url, b.url])
    return { url: roundRobin.url, a, b, environment: settings, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
