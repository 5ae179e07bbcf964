import * as values from '../values.ts'
import { setting } from './setting.ts'

/** Whether requests are written down in the audit log, and what becomes of those that cannot be. */
export const auditSettings = {
  audit: setting(
    'KMS_AUDIT',
    'audit',
    values.oneOf('closed', 'open', 'off'),
    'closed',
    'Whether each request is written to the audit log before it is answered: closed (one that cannot be is answered 503), ' +
      'open (it is answered all the same) or off.',
  ),
  auditSync: setting(
    'KMS_AUDIT_SYNC',
    'audit-sync',
    values.oneOf('changes', 'always'),
    'changes',
    'Which entries of the audit log in the embedded store are flushed to the disk before their requests are answered: those ' +
      'of changes (the others are handed over to the operating system, and flushed within 50 ms) or always.',
  ),
  auditTimeout: setting(
    'KMS_AUDIT_TIMEOUT',
    'audit-timeout',
    values.timeout,
    '5s',
    'How long an answer waits for the audit log.',
  ),
  auditHeadroom: setting(
    'KMS_AUDIT_HEADROOM',
    'audit-headroom',
    values.orOff(values.integer(1, 16_777_216)),
    '1024',
    'How much must be free on the disk of the embedded store, in MiB, or else the log and /health/ready say so; or off.',
  ),
} as const
