import type { Abortable, CommandOperationOptions } from 'mongodb'

/**
 * What ends a call in time. The signal bounds everything that the driver does for it: choosing a server, waiting for a
 * connection, retrying. The driver heeds it on every operation, although its types know it on reads alone.
 */
export type Bound = CommandOperationOptions & Required<Abortable>
