/** A message of the MongoDB wire protocol, as far as a recorder has to understand it. */
export interface Message {
  readonly id: number
  /** The id of the message that it answers; 0 in a request. */
  readonly responseTo: number
  /** Absent if the message has another form than that of today's commands. */
  readonly command?: Command
}

export interface Command {
  readonly name: string
  /** Empty if the command is not about one. */
  readonly collection: string
}

/** Four numbers of four bytes: length, id, response to, operation. */
const headerLength = 16
/** No server takes longer messages. */
const longestMessage = 48_000_000
const opMsg = 2013
const checksumPresent = 1
const stringType = 2

/** Cuts what arrives in one direction of a connection into messages, in whatever pieces it arrives. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0)

  /** The messages that are complete with this piece. @throws Error if that is not the protocol */
  read(piece: Buffer): Message[] {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    const messages: Message[] = []
    while (this.#rest.length >= headerLength) {
      const length = this.#rest.readInt32LE(0)
      if (length < headerLength || length > longestMessage) throw new Error('this is not the MongoDB protocol')
      if (this.#rest.length < length) break
      messages.push(readMessage(this.#rest.subarray(0, length)))
      this.#rest = this.#rest.subarray(length)
    }
    return messages
  }
}

function readMessage(bytes: Buffer): Message {
  const message = { id: bytes.readInt32LE(4), responseTo: bytes.readInt32LE(8) }
  if (bytes.readInt32LE(12) !== opMsg) return message
  const flags = bytes.readUInt32LE(headerLength)
  const end = bytes.length - (flags & checksumPresent ? 4 : 0)
  for (let at = headerLength + 4; at < end; ) {
    // The body may stand before or after the documents that belong to it.
    if (bytes[at] === 0) return { ...message, command: readCommand(bytes, at + 1) }
    at += 1 + bytes.readInt32LE(at + 1)
  }
  return message
}

/** A command is a BSON document whose first member has its name, and mostly the collection for a value. */
function readCommand(bytes: Buffer, start: number): Command {
  const nameStart = start + 5
  const nameEnd = bytes.indexOf(0, nameStart)
  const name = bytes.toString('utf8', nameStart, nameEnd)
  if (bytes[start + 4] !== stringType) return { name, collection: '' }
  const valueStart = nameEnd + 5
  const valueEnd = valueStart + bytes.readInt32LE(nameEnd + 1) - 1
  return { name, collection: bytes.toString('utf8', valueStart, valueEnd) }
}
