import { readFile } from 'node:fs/promises'
import { bearer, type Capability, gnap, Keyhold, zcap } from '@keyhold/client'
import { openKeyFile } from '@keyhold/client/node'
import { duration } from '../config/values.ts'
import { readCapabilityFile } from './capability-file.ts'
import type { Options, Values } from './command.ts'

/** How a command that calls a service proves who asks. Nothing that is secret stands in an argument. */
export const callerOptions = {
  key: {
    type: 'string',
    value: 'FILE',
    variable: 'KEYHOLD_KEY_FILE',
    description: 'The key of the caller, which signs requests.',
  },
  capability: {
    type: 'string',
    value: 'FILE',
    variable: 'KEYHOLD_CAPABILITY_FILE',
    description: 'The capability to invoke, in any form.',
  },
  dialect: {
    type: 'string',
    value: 'NAME',
    choices: ['trustbloc', 'ccg'],
    default: 'trustbloc',
    variable: 'KEYHOLD_DIALECT',
    description: 'How capabilities are invoked. In the dialect ccg a root needs no file.',
  },
  'token-file': {
    type: 'string',
    value: 'FILE',
    variable: 'KEYHOLD_TOKEN_FILE',
    description:
      'An access token in place of a capability. With --key: of GNAP, bound to that key. Else: a bearer token.',
  },
  'share-file': {
    type: 'string',
    value: 'FILE',
    variable: 'KEYHOLD_SHARE_FILE',
    description: "The caller's share of a secret, as the service takes it, which opens locks that are shared.",
  },
  user: {
    type: 'string',
    value: 'NAME',
    variable: 'KEYHOLD_USER',
    description: 'Whose share it is, where no token says so.',
  },
  timeout: {
    type: 'string',
    value: 'DURATION',
    parse: duration,
    default: '30s',
    description: 'How long a call may take, repetitions included.',
  },
} as const satisfies Options

export type CallerValues = Values<typeof callerOptions>

/** A service as the caller reaches it, and what is invoked there. */
export interface Caller {
  readonly keyhold: Keyhold
  readonly capability: Capability | undefined
  /** The DID URL of the caller's key, if it has one. */
  readonly did: string | undefined
}

/** Reads the files that the options name. @param url of the service, or of anything in it */
export async function openCaller(values: CallerValues, url: string): Promise<Caller> {
  const { key, capability, dialect, timeout, user } = values
  const signer = key === undefined ? undefined : await openKeyFile(key)
  const token = await readTrimmed(values['token-file'])
  const share = await readTrimmed(values['share-file'])
  const byToken = token && (signer ? gnap(token.toString(), signer.signer) : bearer(token.toString()))
  const authorization = byToken ?? (signer && zcap(signer, dialect))
  const keyhold = new Keyhold({
    url,
    timeout,
    ...(authorization && { authorization }),
    ...(share && { userShare: { share, ...(user !== undefined && { user }) } }),
  })
  const invoked = capability === undefined ? undefined : await readCapabilityFile(capability)
  return { keyhold, capability: invoked, did: signer?.didUrl }
}

/** What a file holds, without the end of its line. */
async function readTrimmed(file: string | undefined): Promise<Buffer | undefined> {
  if (file === undefined) return undefined
  const bytes = await readFile(file)
  const end = bytes.findLastIndex(byte => byte > 0x20)
  return bytes.subarray(0, end + 1)
}
