import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8'

/**
 * Loaded into a process beside the service (`--import`): at SIGUSR2 it collects garbage, and writes a heap snapshot with
 * every string whole and the content of every array of bytes that is still alive, which no snapshot has.
 */
setFlagsFromString('--heap-snapshot-string-limit=10000000')

function buffers(): ArrayBuffer[] {
  const session = new Session()
  session.connect()
  let found: ArrayBuffer[] = []
  const keep = { keep: (each: ArrayBuffer[]) => (found = [...each]) }
  Object.assign(globalThis, { dumped: keep })
  session.post('Runtime.evaluate', { expression: 'ArrayBuffer.prototype' }, (_failed, { result }) => {
    const prototypeObjectId = result.objectId ?? ''
    session.post('Runtime.queryObjects', { prototypeObjectId }, (_failed, { objects }) => {
      const functionDeclaration = 'function () { globalThis.dumped.keep(this) }'
      session.post('Runtime.callFunctionOn', { objectId: objects.objectId ?? '', functionDeclaration })
    })
  })
  session.disconnect()
  Reflect.deleteProperty(globalThis, 'dumped')
  return found
}

let count = 0
process.on('SIGUSR2', () => {
  count += 1
  writeHeapSnapshot(`${count}.heapsnapshot`)
  writeFileSync(`${count}.buffers`, Buffer.concat(buffers().map(each => Buffer.from(each))))
  writeFileSync(`${count}.done`, '')
})
