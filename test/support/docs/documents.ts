import type { DocumentOptions } from './run-document.ts'

/** A document whose blocks are run. */
export interface Document {
  readonly file: string
  readonly options?: DocumentOptions
  /** What its blocks have written, in this order. */
  readonly written: readonly RegExp[]
}

const started = 'service() { keyhold start; }\nstart_service'
const withKeystore = `${started}
ALICE=$(keyhold did new alice.pem)
KEYSTORE=$(keyhold call --key alice.pem POST http://127.0.0.1:8076/v1/keystores "{\\"controller\\":\\"$ALICE\\"}" |
  node -p "JSON.parse(require('fs').readFileSync(0)).key_store_url")`

/** Those that need nothing but the service. */
export const documents: readonly Document[] = [
  {
    file: 'docs/getting-started.md',
    written: [/did:key:z6Mk/, /^verified$/m, /"signature":/, /and nothing else\.$/m, /no longer sign\.$/m],
  },
  {
    file: 'README.md',
    options: { before: started },
    written: [
      /^valid$/m,
      /"crv":"Ed25519"/,
      /^proof +valid$/m,
      // Bob may sign, and may not after the revocation. Nothing else is refused.
      /^[A-Za-z0-9+/]{86}==$/m,
      /^403 FORBIDDEN[^\n]*\nrefused$/m,
      // The old ciphertext opens after the rotation.
      /^hello$/m,
      /\/keys\/mine$/m,
      /"ciphertext":"/,
    ],
  },
  { file: 'docs/access-tokens.md', written: [] },
  {
    file: 'docs/sessions.md',
    options: { before: started },
    written: [/^[\w-]{24} 20/m, /^200 \{\s+signature:/m],
  },
  {
    file: 'docs/operating/rotate-server-lock.md',
    options: { before: `${started}\nstop_service` },
    written: [/sealed anew by this run: 0/],
  },
  {
    file: 'docs/operating/backup.md',
    options: { before: started },
    written: [/keyhold\.backup: written, and read back/, /The store and the backup are equal/],
  },
  {
    file: 'docs/audit-log.md',
    options: { before: withKeystore, replace: { 'https://kms.example/v1/keystores/…': '"$KEYSTORE"' } },
    written: [/1 chain/],
  },
  {
    file: 'docs/batch.md',
    options: { before: started },
    written: [/"code":"INVALID_REQUEST"/, /"digest":"LPJNul[^\n]*,\{\}\]\}/],
  },
  { file: 'docs/observability/traces.md', written: [] },
  {
    file: 'docs/operating/README.md',
    written: [
      /^ok +store/m,
      /written, and read back/,
      /The store and the backup are equal/,
      /^restored: /m,
      /^rotated: /m,
      /^\d+ entries/m,
      /^refused: another master key$/m,
    ],
  },
  {
    file: 'docs/migrating-from-trustbloc.md',
    options: { before: started },
    written: [/KMS_DID_DOMAIN: not supported/, /^not all of it can be taken over$/m, /^verified$/m],
  },
  { file: 'docs/writing-an-adapter.md', written: [/^# \{ total: \d+, pass: \d+ \}|^1\.\.7$/m] },
  { file: 'docs/writing-a-key-type.md', written: [] },
  { file: 'docs/observability/logs.md', options: { before: 'DID=did:example:alice' }, written: [/^[\w-]{22}$/m] },
  { file: 'core/README.md', written: [] },
  { file: 'adapters/README.md', written: [] },
  { file: 'app/README.md', written: [] },
  { file: 'test/contract/README.md', written: [/# \{|ok/] },
]

/** Those that need servers beside it: `test/servers/documents.test.ts` starts them. */
export const documentsWithServers: readonly Document[] = [
  { file: 'docs/scenario-1.md', written: [/"status":"ok"/, /verified by another process/] },
  { file: 'docs/scenario-2.md', written: [/signed with a key in the vault/, /SHARE_REJECTED/] },
]
