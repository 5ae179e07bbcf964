import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { AccessTokenPort } from '@keyhold/core'
import type { Tokens } from '../../authenticate.ts'
import type { AuthConfig, Config } from '../../config/config.ts'
import { readTls } from '../../http/tls.ts'
import { openEd25519 } from '../../open-ed25519.ts'
import { openShares } from '../../open-shares.ts'
import { openTokens } from '../../open-tokens.ts'
import type { Trust } from '../../trust.ts'
import { whileOpen } from '../while-open.ts'
import type { Check } from './finding.ts'

type Credentials = Extract<AuthConfig, { kind: 'credentials' }>

/** A token that nobody has issued, in the form of a JWT so that whoever verifies those looks for the key that it names. */
function madeUpToken(algorithm: string): string {
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url')
  return [part({ alg: algorithm, typ: 'at+jwt', kid: 'keyhold-check' }), part({}), 'AAAA'].join('.')
}

/** Everything else that was configured: files, and the servers that are asked. */
export function surroundingChecks(config: Config, trust: Trust): Check[] {
  const { tls, shares, vaults, auth } = config
  const credentials: Partial<Credentials> = auth.kind === 'credentials' ? auth : {}
  const { gnap, bearer } = credentials
  const checks: (Check | false | undefined)[] = [
    {
      name: 'Ed25519',
      mend: 'Install the optional packages too, or set KMS_ED25519=auto.',
      run: async () => `by ${(await openEd25519(config.ed25519)).name}`,
    },
    tls && {
      name: 'TLS',
      mend: 'Look at KMS_TLS_SERVE_CERT and KMS_TLS_SERVE_KEY.',
      run: async () => {
        await readTls(tls)
        return validity(new X509Certificate(await readFile(tls.cert)))
      },
    },
    shares && {
      name: 'auth server',
      mend: 'Look at KMS_AUTH_SERVER_URL and its token, and whether the server runs.',
      run: () =>
        whileOpen(
          () => openShares(shares, trust),
          async port => port.check().then(() => shares.url),
        ),
    },
    gnap && {
      name: 'GNAP tokens',
      mend: 'Look at KMS_AUTH_SERVER_URL, and whether the server knows KMS_GNAP_SIGNING_KEY.',
      run: () => askAbout(config, { gnap }, trust, ({ gnap }) => gnap?.tokens, 'none', gnap.url),
    },
    bearer && {
      name: 'bearer tokens',
      mend: 'Look at KMS_BEARER_…, and whether the issuer answers.',
      run: () => {
        const { verification, issuer } = bearer
        const [algorithm = ''] = 'algorithms' in verification ? verification.algorithms : []
        return askAbout(config, { bearer }, trust, tokens => tokens.bearer, algorithm, issuer)
      },
    },
    credentials.zcap?.admission.kind === 'bearer' && admissionCheck(credentials.zcap.admission.file),
    ...vaults.allow.map(origin => ({
      name: `vault ${origin}`,
      mend: 'Look at KMS_VAULT_ALLOW, and whether the vault server runs.',
      run: async () => `answers ${await statusOf(origin, trust, vaults.timeout)}`,
    })),
  ]
  return checks.filter(check => check !== undefined && check !== false)
}

async function askAbout(
  config: Config,
  credentials: object,
  trust: Trust,
  choose: (tokens: Tokens) => AccessTokenPort | undefined,
  algorithm: string,
  name: string,
): Promise<string> {
  const tokens = await openTokens({ ...config, auth: { kind: 'credentials', ...credentials } }, trust)
  const port = choose(tokens)
  try {
    await port?.introspect(madeUpToken(algorithm))
    return name
  } finally {
    await port?.close()
  }
}

function admissionCheck(file: string): Check {
  return {
    name: 'admission tokens',
    mend: 'Look at KMS_KEYSTORE_ADMISSION_TOKEN_FILE: a token stands in each of its lines.',
    async run() {
      const tokens = (await readFile(file, 'utf8')).split(/\r?\n/).filter(line => line !== '')
      if (tokens.length === 0) throw new Error(`${file}: there is no token in it`)
      return `${file}: ${tokens.length}`
    },
  }
}

function validity({ validFrom, validTo, subject }: X509Certificate): string {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)]
  const name = subject.replace(/\n/g, ', ')
  if (Date.now() < from) throw new Error(`the certificate (${name}) is not valid before ${validFrom}`)
  if (Date.now() > to) throw new Error(`the certificate (${name}) is not valid after ${validTo}`)
  return `${name}, valid until ${validTo}`
}

/** Any answer will do: what there is to see is behind it. */
function statusOf(origin: string, { ca }: Trust, timeout: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeout)
    const options = { method: 'HEAD', signal, ...(ca && { ca: [...ca] }) }
    const request = (origin.startsWith('https:') ? requestHttps : requestHttp)(origin, options)
    request.on('response', response => {
      resolve(response.statusCode)
      response.destroy()
    })
    request.on('error', reject)
    request.end()
  })
}
