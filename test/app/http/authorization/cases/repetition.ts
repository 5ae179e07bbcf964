import { all, both, type Case, changed, eachOf, invokesDelegated, isSigned, keystore, signature } from './case.ts'

/** The same request once more. */
export const repetitionCases: readonly Case[] = [
  ...eachOf(
    [0, 1, 500, 999, 1000, 2000, 30_000, 59_000, 60_001, 299_000, 300_001],
    repeatedAfter => `repeated after ${repeatedAfter} ms`,
    repeatedAfter =>
      changed(
        () => ({ repeatedAfter }),
        both(isSigned, ({ route }) => route.path !== '/v1/keystores/:keystoreId' || route.method === 'GET'),
      ),
  ),
  ...eachOf(
    [0, 1000, 2000, 59_000],
    repeatedAfter => `a hand-over to oneself, repeated after ${repeatedAfter} ms`,
    repeatedAfter =>
      changed(
        () => ({ repeatedAfter, names: { who: 'owner', form: 'url' } }),
        both(isSigned, ({ route }) => route.path === '/v1/keystores/:keystoreId' && route.method === 'POST'),
      ),
  ),
  ...eachOf(
    [0, 2000, 59_000],
    repeatedAfter => `repeated after ${repeatedAfter} ms with the other signature of the same key`,
    repeatedAfter =>
      changed(
        all(
          keystore({ controller: 'owner of a P-256 did:key' }),
          signature({ by: 'owner of a P-256 did:key', keyId: { of: 'owner of a P-256 did:key', form: 'url' } }),
          () => ({
            names: { who: 'owner of a P-256 did:key', form: 'url' },
            repeatedAfter,
            repeatedWithOtherSignature: true,
          }),
        ),
        both(isSigned, honest => !invokesDelegated(honest) && honest.route.proof !== 'revocation'),
      ),
  ),
]
