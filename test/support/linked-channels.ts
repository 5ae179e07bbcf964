import { Channel, type Handlers, type MessagePort } from '@keyhold/app/workers/channel.js'

/** Two ends of one channel in this process. What passes is written as JSON, as between processes. */
export function linked(ofWorker: Handlers, ofPrimary: Handlers) {
  const sent: unknown[] = []
  const take: ((message: unknown) => void)[] = []
  const port = (own: number, other: number): MessagePort => ({
    send(message) {
      sent.push(message)
      take[other]?.(JSON.parse(JSON.stringify(message)))
    },
    listen(listener) {
      take[own] = listener
    },
  })
  return { worker: new Channel(port(0, 1), ofWorker), primary: new Channel(port(1, 0), ofPrimary), sent }
}
