import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { openAwsKmsLock } from '@keyhold/adapters/lock-aws-kms/aws-kms-lock.js'
import type { LockPort } from '@keyhold/core'
import { type AwsClientStub, mockClient } from 'aws-sdk-client-mock'
import type { Test } from 'tap'
import { AwsKmsMemory } from './aws-kms-memory.ts'

export const keyArn = 'arn:aws:kms:eu-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
export const otherArn = 'arn:aws:kms:eu-west-2:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321'
export const aliasArn = 'arn:aws:kms:eu-west-2:111122223333:alias/keyhold'
/** Two replicas of one multi-Region key. */
export const replicaArn = 'arn:aws:kms:eu-west-2:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab'
export const replicaElsewhereArn = replicaArn.replace('eu-west-2', 'us-east-1')

/** A KMS in memory that may answer something else instead. */
export interface MockedAwsKms {
  readonly kms: AwsKmsMemory
  /** What has been sent. */
  readonly aws: AwsClientStub<KMSClient>
  /** Answers the next call, whatever it asks. */
  next(answer: () => unknown): void
  /** Answers every call from now on, until it is undefined. */
  always(answer: (() => unknown) | undefined): void
}

/** Lets every client that the SDK makes in this process speak with a KMS in memory, while the test runs. */
export function mockAwsKms(t: Pick<Test, 'teardown'>): MockedAwsKms {
  const kms = new AwsKmsMemory()
  for (const arn of [keyArn, otherArn, replicaArn, replicaElsewhereArn]) kms.addKey(arn)
  kms.pointAlias(aliasArn, keyArn)
  const once: (() => unknown)[] = []
  let answerAlways: (() => unknown) | undefined
  const aws = mockClient(KMSClient)
  t.teardown(() => aws.restore())
  const instead = (honest: () => unknown) => (once.shift() ?? answerAlways ?? honest)()
  aws.on(EncryptCommand).callsFake(async input => instead(() => kms.encrypt(input)))
  aws.on(DecryptCommand).callsFake(async input => instead(() => kms.decrypt(input)))
  return {
    kms,
    aws,
    next: answer => void once.push(answer),
    always: answer => {
      answerAlways = answer
    },
  }
}

export async function openMockedLock(t: Pick<Test, 'teardown'>, arn: string, now?: () => number): Promise<LockPort> {
  const lock = await openAwsKmsLock({ keyArn: arn, region: 'eu-west-2', timeout: 10_000 }, now)
  t.teardown(() => lock.close())
  return lock
}
