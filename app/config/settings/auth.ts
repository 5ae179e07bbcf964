import * as values from '../values.ts'
import { setting } from './setting.ts'

/** How callers prove what they may do. */
export const authSettings = {
  authType: setting(
    'KMS_AUTH_TYPE',
    'auth-type',
    values.someOf(['zcap', 'gnap', 'bearer'], 'none'),
    'zcap',
    'How callers prove what they may do, as a list separated by commas: zcap (requests that are signed and invoke a ' +
      'capability), gnap (tokens of a GNAP auth server, in requests that are signed), bearer (access tokens of an OAuth 2.0 ' +
      'issuer); or none (accepted on a loopback address only).',
  ),
  zcapCoverage: setting(
    'KMS_ZCAP_COVERAGE',
    'zcap-coverage',
    values.oneOf('strict', 'legacy'),
    'strict',
    'What clients of TrustBloc must sign: strict (method, path, time, capability and body) or legacy (the time alone: ' +
      'who sees such a request can send others for a minute).',
  ),
  zcapMaxTtl: setting(
    'KMS_ZCAP_MAX_TTL',
    'zcap-max-ttl',
    values.duration,
    '90d',
    'How long a delegated capability may live at most.',
  ),
  sessionTtl: setting(
    'KMS_SESSION_TTL',
    'session-ttl',
    values.durationUpTo(3_600_000),
    '5m',
    'How long a session that was opened with a capability lives at most; 0 means that there are none.',
  ),
  clockSkew: setting(
    'KMS_CLOCK_SKEW',
    'clock-skew',
    values.duration,
    '30s',
    'By how much the clocks of clients may differ from ours.',
  ),
  keystoreAdmission: setting(
    'KMS_KEYSTORE_ADMISSION',
    'keystore-admission',
    values.oneOf('controller', 'bearer', 'open'),
    'controller',
    'Who may create keystores: controller (the request is signed by the controller that it names), bearer (whoever ' +
      'sends a token of the token file) or open (anyone; accepted on a loopback address only).',
  ),
  keystoreAdmissionTokenFile: setting(
    'KMS_KEYSTORE_ADMISSION_TOKEN_FILE',
    'keystore-admission-token-file',
    values.text,
    undefined,
    'The tokens of the admission by bearer token, one a line. Read for each request, so they can be exchanged any time.',
  ),
} as const
