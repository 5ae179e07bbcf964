import { parentPort, workerData } from 'node:worker_threads'
import { Load } from './load.ts'

/** What one who floods the service is told: on so many connections it sends these requests, whenever it shall. */
export interface FloodData {
  readonly address: { readonly host: string; readonly port: number }
  readonly requests: readonly Uint8Array[]
  readonly connections: number
}

const { address, requests, connections } = workerData as FloodData
const buffers = requests.map(request => Buffer.from(request))
const load = await Load.open(address, connections)
let isOver = false
parentPort?.on('message', (message: 'flood' | 'rest' | 'end') => {
  if (message === 'rest') isOver = true
  if (message === 'end') {
    load.close()
    parentPort?.close()
  }
  if (message !== 'flood') return
  isOver = false
  void load.keepUp(buffers, connections, () => isOver).then(count => parentPort?.postMessage(count))
})
parentPort?.postMessage('ready')
