import { experimentalKeyTypeNames } from '@keyhold/core'
import { type ServiceOptions, type ServiceProcess, startService } from '@keyhold/scripts/service-process.js'
import type { Test } from 'tap'
import { temporaryDirectory } from './temporary-directory.ts'

/**
 * Starts the real service as a process of its own, on a free port, with an embedded store in a new directory, and with
 * every key type. When the test has ended the process is stopped and the directory removed.
 */
export async function testService(t: Test, options: Omit<ServiceOptions, 'directory'> = {}): Promise<ServiceProcess> {
  const environment = { KMS_EXPERIMENTAL_KEY_TYPES: experimentalKeyTypeNames.join(), ...options.environment }
  const service = await startService({ ...options, environment, directory: await temporaryDirectory(t) })
  t.teardown(async () => {
    await service.stop()
  })
  return service
}
