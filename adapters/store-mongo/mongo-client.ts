import { KmsError } from '@keyhold/core'
import { type Db, MongoClient } from 'mongodb'
import { withDeadline } from '../shared/deadline.ts'
import type { OutgoingTls } from '../shared/outgoing-tls.ts'
import { type Collections, openCollections } from './collections.ts'
import { summary } from './driver-errors.ts'

export interface Database {
  readonly client: MongoClient
  readonly db: Db
  readonly collections: Collections
}

/** Of a URL that names none, where the driver would take `test`. */
const defaultDatabase = 'keyhold'

/**
 * A database that is not connected yet. The client's own limits only stand behind the deadline of each call: alone they
 * add up to several times of it. Choosing a server ends a little earlier than the call, for it knows what was wrong.
 *
 * @throws KmsError STORE_UNAVAILABLE if that can be no URL of MongoDB
 */
export function openDatabase(url: string, prefix: string, callTimeout: number, { ca }: OutgoingTls): Database {
  try {
    const client = new MongoClient(url, {
      serverSelectionTimeoutMS: Math.ceil(callTimeout * 0.8),
      connectTimeoutMS: callTimeout,
      socketTimeoutMS: 2 * callTimeout,
      // The rest of TLS is the URL's, a certificate of ours included.
      ...(ca && { ca: [...ca] }),
    })
    const isNamed = /^[^:]+:\/\/[^/?]*\/[^?]/.test(url)
    const db = client.db(isNamed ? undefined : defaultDatabase)
    return { client, db, collections: openCollections(db, prefix, callTimeout) }
  } catch (error) {
    const message = 'the URL of the database is not one that MongoDB understands'
    throw new KmsError('STORE_UNAVAILABLE', message, { cause: summary(error) })
  }
}

/** Ends also while the server does not answer, when the driver would wait to say goodbye to it. */
export async function closeDatabase({ client }: Database, within: number): Promise<void> {
  await withDeadline(within, () => client.close()).catch(() => undefined)
}
