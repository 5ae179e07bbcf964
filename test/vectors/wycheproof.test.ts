import t, { type Test } from 'tap'
import { KeystoreClient } from '../support/keystore-client.ts'
import { testService } from '../support/service.ts'
import { aeadCases } from './wycheproof/aead.ts'
import { aesWrapCases } from './wycheproof/aes-wrap.ts'
import { ecdhCases, montgomeryCases } from './wycheproof/agreement.ts'
import { ecdsaDerCases, ecdsaP1363Cases } from './wycheproof/ecdsa.ts'
import { edwardsCases } from './wycheproof/edwards.ts'
import { hmacCases } from './wycheproof/hmac.ts'
import { ImportedKeys } from './wycheproof/imported-keys.ts'
import { mlDsaSeedCases, mlDsaVerifyCases, mlKemCases, mlKemEncapsulationCases } from './wycheproof/post-quantum.ts'
import { type CasesOf, replay } from './wycheproof/replay.ts'
import { rsaCases } from './wycheproof/rsa.ts'
import { absence, readVectors } from './wycheproof/vector-file.ts'

/**
 * Replays the vectors of Project Wycheproof (https://github.com/C2SP/wycheproof) over HTTP where a route can express them. They are no part of this
 * repository: `KEYHOLD_VECTORS` names the directory that holds its `testvectors_v1` as `wycheproof`.
 */
const files: Readonly<Record<string, CasesOf>> = {
  'ed25519_test.json': edwardsCases('ED25519'),
  'ed448_test.json': edwardsCases('ED448'),
  'ecdsa_secp256r1_sha256_test.json': ecdsaDerCases('ECDSAP256DER'),
  'ecdsa_secp256r1_sha256_p1363_test.json': ecdsaP1363Cases('ECDSAP256IEEEP1363'),
  'ecdsa_secp384r1_sha384_test.json': ecdsaDerCases('ECDSAP384DER'),
  'ecdsa_secp256k1_sha256_test.json': ecdsaDerCases('ECDSASecp256k1DER'),
  'ecdsa_secp256k1_sha256_p1363_test.json': ecdsaP1363Cases('ECDSASecp256k1IEEEP1363'),
  'rsa_signature_2048_sha256_test.json': rsaCases('RSARS256'),
  'rsa_pss_2048_sha256_mgf1_32_test.json': rsaCases('RSAPS256'),
  'aes_gcm_test.json': aeadCases({ 128: 'AES128GCM', 256: 'AES256GCM' }),
  'chacha20_poly1305_test.json': aeadCases({ 256: 'ChaCha20Poly1305' }),
  'hmac_sha256_test.json': hmacCases,
  'x25519_test.json': montgomeryCases('X25519ECDHKW', 'X25519'),
  'x448_test.json': montgomeryCases('X448ECDHKW', 'X448'),
  'ecdh_secp256r1_webcrypto_test.json': ecdhCases('NISTP256ECDHKW', 'P-256'),
  'aes_wrap_test.json': aesWrapCases,
  'mldsa_65_verify_test.json': mlDsaVerifyCases,
  'mldsa_65_sign_seed_test.json': mlDsaSeedCases,
  'mlkem_768_test.json': mlKemCases,
  'mlkem_768_encaps_test.json': mlKemEncapsulationCases,
}

unlessAbsent(t, 'Project Wycheproof', absence(), async t => {
  const service = await testService(t)
  for (const [file, casesOf] of Object.entries(files)) {
    unlessAbsent(t, file, absence(file), async t => {
      const { numberOfTests, testGroups } = readVectors(file)
      const keys = new ImportedKeys(await KeystoreClient.create(service.url))
      const { accepted, refused, inexpressible, wrong } = await replay(casesOf(testGroups, keys))
      t.strictSame(wrong, [], 'every case is answered as it should be')
      t.ok(accepted > 0 && refused > 0, 'some are accepted and some refused')
      t.equal(accepted + refused + sum(inexpressible), numberOfTests, 'no case is left out')
      const reasons = [...inexpressible].map(([reason, count]) => `${reason} ×${count}`).join(', ')
      t.comment(
        `replayed ${accepted + refused} (accepted ${accepted}, refused ${refused}), ` +
          `inexpressible ${sum(inexpressible)}: ${reasons || 'none'}`,
      )
    })
  }
})

/** A test whose name says why it is skipped, if it is. */
function unlessAbsent(t: Test, name: string, absent: string | undefined, run: (t: Test) => Promise<void>): void {
  if (absent === undefined) void t.test(name, run)
  else void t.skip(`${name}: NOT REPLAYED, ${absent}`, run)
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0)
}
