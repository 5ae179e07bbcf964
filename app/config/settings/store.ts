import * as values from '../values.ts'
import { setting } from './setting.ts'

/** Where records live. */
export const storeSettings = {
  databaseType: setting(
    'KMS_DATABASE_TYPE',
    'database-type',
    values.oneOf('embedded', 'mongodb', 'memory'),
    'embedded',
    'Where records live: embedded (a directory, shared by any number of processes of one machine), mongodb (shared by ' +
      'any number of machines) or memory (gone with the process).',
  ),
  databaseUrl: setting(
    'KMS_DATABASE_URL',
    'database-url',
    values.text,
    './keyhold-data',
    'The directory of the embedded store, which is made if it is not there; or the mongodb:// URL of the database.',
  ),
  databasePrefix: setting(
    'KMS_DATABASE_PREFIX',
    'database-prefix',
    values.name,
    undefined,
    'What the names of the collections in MongoDB begin with.',
  ),
  databaseTimeout: setting(
    'KMS_DATABASE_TIMEOUT',
    'database-timeout',
    values.timeout,
    '30s',
    'How long a start waits for MongoDB.',
  ),
  databaseCallTimeout: setting(
    'KMS_DATABASE_CALL_TIMEOUT',
    'database-call-timeout',
    values.timeout,
    '5s',
    'How long a call to MongoDB may take.',
  ),
  recordCacheTtl: setting(
    'KMS_RECORD_CACHE_TTL',
    'record-cache-ttl',
    values.duration,
    '1s',
    'How long a keystore or key that was found in MongoDB is known without being read again: by so much a rotation or ' +
      'a new controller may come late to other processes. 0: it is read for each request.',
  ),
} as const
