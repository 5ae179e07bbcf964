import { KmsError } from '@keyhold/core'
import { type Db, MongoClient } from 'mongodb'
import { summary } from './driver-errors.ts'

/** Of a URL that names none. */
const defaultDatabase = 'keyhold'

/**
 * A client that is not connected yet. Its own limits only stand behind the deadline of each call: alone they add up to
 * several times of it. Choosing a server ends a little earlier than the call, for it knows what was wrong.
 *
 * @throws KmsError STORE_UNAVAILABLE if that is no URL of MongoDB
 */
export function mongoClient(url: string, callTimeout: number): MongoClient {
  try {
    return new MongoClient(url, {
      serverSelectionTimeoutMS: Math.ceil(callTimeout * 0.8),
      connectTimeoutMS: callTimeout,
      socketTimeoutMS: 2 * callTimeout,
    })
  } catch (error) {
    const message = 'the URL of the database is not one that MongoDB understands'
    throw new KmsError('STORE_UNAVAILABLE', message, { cause: summary(error) })
  }
}

/** The database of the URL's path. The driver would take `test` if there is none. */
export function databaseOf(client: MongoClient, url: string): Db {
  const isNamed = /^[^:]+:\/\/[^/?]*\/[^?]/.test(url)
  return client.db(isNamed ? undefined : defaultDatabase)
}
