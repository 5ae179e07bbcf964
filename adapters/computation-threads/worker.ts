import { parentPort } from 'node:worker_threads'
import { answer } from './answer.ts'

parentPort?.on('message', job => parentPort?.postMessage(answer(job)))
