import type { Commands } from './command.ts'

/**
 * Every command. A new one is a file in `commands/` and a row here: its help, its completion and the documentation's
 * table are made of both. A command is loaded when it is called, so none waits for the code of another.
 */
export const commands: Commands = {
  start: { summary: 'run the service', load: () => import('./commands/start.ts') },
  check: { summary: 'try everything that the settings name', load: () => import('./commands/check.ts') },
  keygen: { summary: 'make a master key file for the service', load: () => import('./commands/keygen.ts') },
  'lock rotate': {
    summary: 'seal everything in the store by another server lock, while services go on',
    load: () => import('./commands/lock-rotate.ts'),
  },
  'export-store': {
    summary: 'write everything in the store into an encrypted file',
    load: () => import('./commands/export-store.ts'),
  },
  'import-store': {
    summary: 'put such a file into an empty store',
    load: () => import('./commands/import-store.ts'),
  },
  migrate: { summary: 'move one store into another', load: () => import('./commands/migrate.ts') },
  'did new': {
    summary: 'make a key file for a caller, and print its DID',
    load: () => import('./commands/did-new.ts'),
  },
  'did show': { summary: 'print the DID of a key file', load: () => import('./commands/did-show.ts') },
  call: { summary: 'send a signed request, and print the answer', load: () => import('./commands/call.ts') },
  'keystore create': {
    summary: 'create a keystore, and print its URL',
    load: () => import('./commands/keystore-create.ts'),
  },
  'keystore show': { summary: 'show what a keystore is', load: () => import('./commands/keystore-show.ts') },
  'keystore jwks': {
    summary: 'print the public keys of a keystore',
    load: () => import('./commands/keystore-jwks.ts'),
  },
  'keystore hand-over': {
    summary: 'hand a keystore over to another controller',
    load: () => import('./commands/keystore-hand-over.ts'),
  },
  'keystore revocations': {
    summary: 'list the capabilities that were revoked',
    load: () => import('./commands/keystore-revocations.ts'),
  },
  'keystore sessions': {
    summary: 'list the sessions that are open',
    load: () => import('./commands/keystore-sessions.ts'),
  },
  'keystore close-session': {
    summary: 'close a session, whoever has opened it',
    load: () => import('./commands/keystore-close-session.ts'),
  },
  'keystore vault-did': {
    summary: 'print the DID that a vault is to be delegated to',
    load: () => import('./commands/keystore-vault-did.ts'),
  },
  'keystore update-vault': {
    summary: 'give the service another capability for a vault',
    load: () => import('./commands/keystore-update-vault.ts'),
  },
  'key create': { summary: 'create a key, and print its URL', load: () => import('./commands/key-create.ts') },
  'key import': { summary: 'bring a key along, and print its URL', load: () => import('./commands/key-import.ts') },
  'key export': { summary: 'print a public key', load: () => import('./commands/key-export.ts') },
  'key rotate': {
    summary: 'add a version to a key, and print its new URL',
    load: () => import('./commands/key-rotate.ts'),
  },
  sign: { summary: 'sign a file, or standard input', load: () => import('./commands/sign.ts') },
  verify: { summary: 'verify a signature', load: () => import('./commands/verify.ts') },
  encrypt: { summary: 'encrypt a file, or standard input', load: () => import('./commands/encrypt.ts') },
  decrypt: { summary: 'decrypt what was encrypted', load: () => import('./commands/decrypt.ts') },
  mac: { summary: 'compute a MAC of a file, or of standard input', load: () => import('./commands/mac.ts') },
  'verify-mac': { summary: 'verify a MAC', load: () => import('./commands/verify-mac.ts') },
  wrap: { summary: 'wrap a key for a recipient', load: () => import('./commands/wrap.ts') },
  unwrap: { summary: 'open a key that was wrapped', load: () => import('./commands/unwrap.ts') },
  bench: { summary: 'measure how fast a running service answers', load: () => import('./commands/bench.ts') },
  'zcap delegate': {
    summary: 'delegate a capability, without asking the service',
    load: () => import('./commands/zcap-delegate.ts'),
  },
  'zcap show': { summary: 'explain a capability', load: () => import('./commands/zcap-show.ts') },
  'zcap revoke': { summary: 'revoke a delegated capability', load: () => import('./commands/zcap-revoke.ts') },
  'log fetch': {
    summary: 'print the log of a keystore, as the service shows it',
    load: () => import('./commands/log-fetch.ts'),
  },
  'log read': { summary: 'print a log out of the store', load: () => import('./commands/log-read.ts') },
  'log verify': {
    summary: 'verify logs: that nothing is missing, changed or reordered',
    load: () => import('./commands/log-verify.ts'),
  },
  completion: { summary: 'print what completes commands in a shell', load: () => import('./commands/completion.ts') },
}
