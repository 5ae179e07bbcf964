import { inspect } from 'node:util'
import { openAwsKmsLock } from '@keyhold/adapters/lock-aws-kms/aws-kms-lock.js'
import { outcome } from '@keyhold/contract'
import { KmsError } from '@keyhold/core'
import t from 'tap'
import { awsError } from '../support/aws-kms-memory.ts'
import { keyArn, mockAwsKms, openMockedLock } from '../support/aws-kms-mock.ts'

const context = { purpose: 'test', keystore: 'one' }
const secret = Uint8Array.from({ length: 32 }, (_, i) => i + 1)

const { next } = mockAwsKms(t)

const table = {
  LOCK_REJECTED: ['InvalidCiphertextException', 'IncorrectKeyException'],
  LOCK_REFUSED: [
    'AccessDenied',
    'AccessDeniedException',
    'CredentialsProviderError',
    'DisabledException',
    'ExpiredToken',
    'ExpiredTokenException',
    'IncompleteSignature',
    'IncompleteSignatureException',
    'InvalidArnException',
    'InvalidClientTokenId',
    'InvalidGrantTokenException',
    'InvalidKeyUsageException',
    'InvalidSignatureException',
    'KMSInvalidStateException',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
    'NotAuthorized',
    'NotFoundException',
    'OptInRequired',
    'RequestExpired',
    'SignatureDoesNotMatch',
    'TokenProviderError',
    'UnrecognizedClientException',
    'UnsupportedOperationException',
    'ValidationError',
    'ValidationException',
  ],
  LOCK_UNAVAILABLE: [
    'AbortError',
    'DependencyTimeoutException',
    'DryRunOperationException',
    'Error',
    'InternalFailure',
    'KMSInternalException',
    'KeyUnavailableException',
    'LimitExceededException',
    'RequestTimeoutException',
    'ServiceUnavailable',
    'ServiceUnavailableException',
    'SyntaxError',
    'ThrottlingException',
    'TimeoutError',
    'TypeError',
    'UnknownOperationException',
    'SomethingNew',
    '',
    '__proto__',
    'constructor',
    'toString',
  ],
} as const

for (const [code, names] of Object.entries(table)) {
  await t.test(`${code}: ${names.length} errors`, async t => {
    const lock = await openMockedLock(t, keyArn)
    const blob = await lock.lock(secret, context)
    for (const name of names) {
      // The status says nothing: emulators answer 400 for most, and a proxy may answer anything.
      for (const status of [400, 403, 500]) {
        next(() => failing(awsError(name, status)))
        t.equal(await outcome(() => lock.unlock(blob, context)), code, `Decrypt, ${name}, ${status}`)
      }
      if (code === 'LOCK_REJECTED') continue
      next(() => failing(awsError(name)))
      t.equal(await outcome(() => lock.lock(secret, context)), code, `Encrypt, ${name}`)
      next(() => failing(awsError(name)))
      t.equal(await outcome(() => lock.check()), code, `check after a failure, ${name}`)
      next(() => failing(awsError(name)))
      const opening = openAwsKmsLock({ keyArn, region: 'eu-west-2', timeout: 1000 })
      t.equal(await outcome(() => opening), code, `opening, ${name}`)
    }
    t.equal(await outcome(() => lock.check()), 'done', 'and then it works again')
  })
}

await t.test('an error leaves with the name and the status, and nothing else of what was answered', async t => {
  const lock = await openMockedLock(t, keyArn)
  const name = 'ThrottlingException'
  const hidden = Object.assign(awsError(name, 429), { Plaintext: 'canary', name })
  t.match(await caught(() => lock.lock(secret, context), hidden), /ThrottlingException, status 429/)
  const odd = ['canary', { canary: 1 }, ['canary'], true, undefined, null, Symbol('canary'), 'canary\nException']
  for (const name of odd) {
    const error = Object.assign(awsError('canary'), { name, code: name, $metadata: { httpStatusCode: name } })
    t.notMatch(await caught(() => lock.lock(secret, context), error), /status/)
  }
  const refused = Object.assign(new Error('connect ECONNREFUSED canary'), { code: 'ECONNREFUSED' })
  t.match(await caught(() => lock.lock(secret, context), refused), /ECONNREFUSED/, 'the system names what broke')

  async function caught(call: () => Promise<unknown>, thrown: Error): Promise<string> {
    next(() => failing(thrown))
    const error = await call().catch(error => error)
    if (!(error instanceof KmsError)) throw new Error('no KmsError')
    t.not(error.cause, thrown)
    const shown = inspect(error, { showHidden: true, depth: 20 })
    t.notMatch(shown.replaceAll(/^ +at .*$/gm, ''), /canary/)
    return shown
  }
})

function failing(error: unknown): never {
  throw error
}
