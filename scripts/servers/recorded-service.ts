import { type ServiceOptions, type ServiceProcess, startService } from '../service-process.ts'
import type { CallRecord } from './call-record.ts'
import { startHttpRelay } from './http-relay.ts'

/** One instance of the service, a real process, whose requests are recorded; its URL outlives it. */
export interface RecordedService {
  /** What its URLs begin with: that of the proxy in front. */
  readonly url: string
  /** Its settings, for another one beside it. */
  readonly environment: Readonly<Record<string, string>>
  /** What it has written since it was started last. */
  output(): string
  /** Ends it and starts it again, with other settings beside the first ones if they are given. */
  restart(settings?: Readonly<Record<string, string>>): Promise<void>
  stop(): Promise<void>
}

/** Starts it behind a proxy. A request is about the last segment of its path. */
export async function startRecordedService(
  { directory, environment = {} }: ServiceOptions,
  record: CallRecord,
): Promise<RecordedService> {
  let service: ServiceProcess | undefined
  const relay = await startHttpRelay({
    next: () => service?.url ?? '',
    asked({ method = '', url = '' }) {
      const answered = record.asked('service', method, url.slice(url.lastIndexOf('/') + 1))
      return status => answered(String(status))
    },
  })
  const settings = { ...environment, KMS_BASE_URL: relay.url }
  const start = async (others = {}) => {
    service = await startService({ directory, environment: { ...settings, ...others } })
  }
  try {
    await start()
  } catch (error) {
    await relay.stop()
    throw error
  }
  return {
    url: relay.url,
    environment: settings,
    output: () => service?.output() ?? '',
    async restart(others) {
      await service?.stop()
      await start(others)
    },
    async stop() {
      await service?.stop()
      await relay.stop()
    },
  }
}
