/**
 * Asks the service in the same container whether it answers, and ends with 0 if it does. Who it is need not be proven
 * here: nothing is sent, and the address is loopback. Where clients must show a certificate there is no answer: leave
 * the health check to whoever has one.
 */
import { get as http } from 'node:http'
import { get as https } from 'node:https'

const { KMS_HOST = '', KMS_TLS_SERVE_CERT } = process.env
const get = KMS_TLS_SERVE_CERT === undefined ? http : https
const port = /\d+$/.exec(KMS_HOST)?.[0] ?? '8076'
const options = { host: '127.0.0.1', port, path: '/healthcheck', timeout: 4000, rejectUnauthorized: false }

const request = get(options, response => {
  process.exitCode = response.statusCode === 200 ? 0 : 1
  response.resume()
})
request.on('timeout', () => request.destroy(new Error('no answer within four seconds')))
request.on('error', error => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
