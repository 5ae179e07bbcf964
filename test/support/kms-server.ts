import {
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms'
import { openAwsKmsLock } from '@keyhold/adapters/lock-aws-kms/aws-kms-lock.js'
import type { LockContractOptions } from '@keyhold/contract'
import { type LockPort, readSealed, sealedHeader } from '@keyhold/core'
import { type Server, type Skipped, startKms } from '@keyhold/scripts/servers/start.js'
import type { Test } from 'tap'
import { useTestCredentials } from './aws-environment.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** A KMS-protocol server, with the client of whoever administers its keys. */
export interface KmsServer {
  readonly server: Server
  readonly admin: KMSClient
  /** Where the server keeps its keys. */
  readonly directory: string
  /** Makes a key, and answers its ARN. */
  createKey(): Promise<string>
  /** Makes an alias for a key, and answers the alias's ARN. */
  createAlias(keyArn: string): Promise<string>
  /** Opens the lock of a key, for the duration of a test. */
  openLock(t: Pick<Test, 'teardown'>, keyArn: string): Promise<LockPort>
}

/** Starts the server for the duration of a test, or answers the one of `KEYHOLD_TEST_KMS_ENDPOINT`. */
export async function kmsServer(t: Test): Promise<KmsServer | Skipped> {
  const directory = await temporaryDirectory(t)
  const server = await startKms({ directory })
  if ('skip' in server) return server
  t.teardown(() => server.stop())
  // A server that somebody else runs may look at credentials.
  if (server.process !== undefined) useTestCredentials()
  const region = process.env['AWS_REGION'] ?? 'eu-west-2'
  const admin = new KMSClient({ region, endpoint: server.url })
  t.teardown(() => admin.destroy())
  return {
    server,
    admin,
    directory,
    async createKey() {
      const { KeyMetadata: { Arn = '' } = {} } = await admin.send(new CreateKeyCommand({}))
      const command = new ScheduleKeyDeletionCommand({ KeyId: Arn, PendingWindowInDays: 7 })
      if (server.process === undefined) t.teardown(() => admin.send(command))
      return Arn
    },
    async createAlias(keyArn) {
      const AliasName = `alias/keyhold-test-${keyArn.slice(-12)}`
      await admin.send(new CreateAliasCommand({ AliasName, TargetKeyId: keyArn }))
      if (server.process === undefined) t.teardown(() => admin.send(new DeleteAliasCommand({ AliasName })))
      return keyArn.replace(/:key\/.*/, `:${AliasName}`)
    },
    async openLock(t, keyArn) {
      const lock = await openAwsKmsLock({ keyArn, region, endpoint: server.url, timeout: 10_000 })
      t.teardown(() => lock.close())
      return lock
    },
  }
}

/** What local-kms does not look at, or does not survive: see `LockContractOptions`. */
export const localKmsFlaws: LockContractOptions = {
  // All of the ARN inside of its ciphertexts, which repeats what the blob's frame says.
  blindSpots: blob => Array.from({ length: lengthOfArn(blob) }, (_, i) => beginOfArn(blob) + i),
  // Behind it are four bytes of a version and twelve of a nonce: it expects all of the nonce if there is a byte of it.
  fatalLengths: blob => Array.from({ length: 11 }, (_, i) => beginOfArn(blob) + lengthOfArn(blob) + 5 + i),
}

/** The frame's header is `01 ‖ u16be(length) ‖ "aws-kms:" ‖ ARN`, a ciphertext begins with `u8(length) ‖ ARN`. */
function beginOfArn(blob: Uint8Array): number {
  return sealedHeader(readSealed(blob)?.lockId ?? '').length + 1
}

function lengthOfArn(blob: Uint8Array): number {
  return blob[beginOfArn(blob) - 1] ?? 0
}
