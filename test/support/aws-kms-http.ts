import type { ServerResponse } from 'node:http'
import type { AwsKmsMemory } from './aws-kms-memory.ts'
import type { Behaviour } from './faulty-server.ts'

/** Answers Encrypt and Decrypt as KMS does over HTTP: JSON, with bytes in base64. */
export function honestKms(kms: AwsKmsMemory): Behaviour {
  return (response, _call, body, { headers }) => {
    const input = JSON.parse(body)
    const bytes = (text: string | undefined) => Uint8Array.from(Buffer.from(text ?? '', 'base64'))
    if (headers['x-amz-target'] === 'TrentService.Encrypt') {
      const { KeyId, CiphertextBlob } = kms.encrypt({ ...input, Plaintext: bytes(input.Plaintext) })
      answer(response, 200, { KeyId, CiphertextBlob: Buffer.from(CiphertextBlob).toString('base64') })
    } else {
      const { KeyId, Plaintext } = kms.decrypt({ ...input, CiphertextBlob: bytes(input.CiphertextBlob) })
      answer(response, 200, { KeyId, Plaintext: Buffer.from(Plaintext).toString('base64') })
    }
  }
}

/** Answers JSON, or text as it is. */
export function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
