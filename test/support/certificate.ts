import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { bits, der, integer, sequence } from './der.ts'

export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** RFC 5758 section 3.2, and RFC 5280 section 4.2.1.6. */
const ecdsaWithSha256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'))
const subjectAltName = Buffer.from('0603551d11', 'hex')

/** The organization of RFC 5280 appendix A.1, as an attribute of a name. */
const organization = Buffer.from('060355040a', 'hex')

const utcTime = (year: string) => der(0x17, Buffer.from(`${year}0101000000Z`))

/** A certificate (RFC 5280) for one name of DNS, signed with its own key. */
export function selfSignedCertificate(name: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const names = sequence(der(0x82, Buffer.from(name)))
  // Without a common name: the alternative name must do. Issuers are found by their names, so no two have one.
  const organizationName = sequence(organization, der(0x0c, Buffer.from(randomUUID())))
  const itself = sequence(der(0x31, organizationName))
  const content = sequence(
    der(0xa0, integer(2)),
    integer(1),
    ecdsaWithSha256,
    itself,
    sequence(utcTime('20'), utcTime('49')),
    itself,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(sequence(subjectAltName, der(0x04, names)))),
  )
  const certificate = sequence(content, ecdsaWithSha256, bits(sign('sha256', content, privateKey)))
  const base64 = certificate.toString('base64').replace(/.{64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
