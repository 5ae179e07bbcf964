import { constants, platform, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { answer } from './answer.ts'

// On Linux a thread has a priority of its own. Where all processors are busy a light request gets one before a
// computation does, which takes long anyway. Elsewhere this would be the priority of the whole process.
if (platform() === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

parentPort?.on('message', job => {
  const { reply, own } = answer(job)
  parentPort?.postMessage(reply, own)
})
