import { generateKeyPairSync, sign } from 'node:crypto'
import { bits, der, integer, sequence } from './der.ts'

export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** RFC 5758 section 3.2, and RFC 5280 section 4.2.1.6. */
const ecdsaWithSha256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'))
const subjectAltName = Buffer.from('0603551d11', 'hex')

/** Because the subject is empty. */
const critical = Buffer.from('0101ff', 'hex')

const utcTime = (year: string) => der(0x17, Buffer.from(`${year}0101000000Z`))

/** A certificate (RFC 5280) for one name of DNS, signed with its own key. */
export function selfSignedCertificate(name: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const names = sequence(der(0x82, Buffer.from(name)))
  // Without a common name: the alternative name must do.
  const nobody = sequence()
  const content = sequence(
    der(0xa0, integer(2)),
    integer(1),
    ecdsaWithSha256,
    nobody,
    sequence(utcTime('20'), utcTime('49')),
    nobody,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(sequence(subjectAltName, critical, der(0x04, names)))),
  )
  const certificate = sequence(content, ecdsaWithSha256, bits(sign('sha256', content, privateKey)))
  const base64 = certificate.toString('base64').replace(/.{64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
