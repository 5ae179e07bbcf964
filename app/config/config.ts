import type { IssuerFiles } from '@keyhold/adapters'
import type { CacheLimits, ChainPolicy, KeyTypeName } from '@keyhold/core'
import type { AuditMode, AuditSync } from '../http/audit.ts'
import type { AllowedOrigins } from '../http/cors.ts'
import type { PressureLimits } from '../http/limits/pressure.ts'
import type { RateLimits } from '../http/limits/rate-limits.ts'
import type { TlsFiles } from '../http/tls.ts'
import type { Settings } from './settings.ts'
import type { Address } from './values.ts'

export type StoreConfig =
  | { readonly kind: 'embedded'; readonly directory: string }
  | { readonly kind: 'memory' }
  | {
      readonly kind: 'mongodb'
      readonly url: string
      readonly prefix?: string
      readonly startTimeout: number
      readonly callTimeout: number
      /** How long a record that was found is known. */
      readonly cacheTtl: number
    }

export type LockConfig =
  /** `made`: the file is made if the store's directory is new, since nobody named another one. */
  | { readonly kind: 'local'; readonly file: string; readonly made: boolean }
  | { readonly kind: 'process' }
  | {
      readonly kind: 'aws-kms'
      readonly keyArn: string
      readonly region: string
      readonly endpoint?: string
      readonly timeout: number
    }
  | {
      readonly kind: 'openbao-transit'
      readonly url: string
      readonly mount: string
      readonly key: string
      readonly tokenFile: string
      readonly namespace?: string
      readonly timeout: number
    }

export interface SharesConfig {
  readonly url: string
  readonly token: { readonly file: string } | { readonly text: string }
  readonly timeout: number
  /** How long a share is kept. */
  readonly cacheTtl: number
}

export interface VaultsConfig {
  /** Origins that may be plain http, or not public. */
  readonly allow: readonly string[]
  readonly timeout: number
}

export type AuthConfig =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'credentials'
      readonly zcap?: ZcapConfig
      readonly gnap?: GnapConfig
      readonly bearer?: BearerConfig
    }

export interface ZcapConfig {
  readonly coverage: Settings['zcapCoverage']
  readonly admission: AdmissionConfig
}

export interface TokenConfig {
  /** What access rights for this service are called. */
  readonly type: string
  /** What tokens call this service, if that is known before it listens. */
  readonly audience?: string
  readonly timeout: number
  /** How long it is known what a token is worth. */
  readonly cacheTtl: number
}

export interface GnapConfig extends TokenConfig {
  readonly url: string
  readonly signingKeyFile: string
  /** Whether requests are signed by the key of their token. */
  readonly isSigned: boolean
}

export interface BearerConfig extends TokenConfig {
  readonly issuer: string
  readonly audience: string
  /** What such tokens are good for. */
  readonly routes: Settings['bearerRoutes']
  readonly verification:
    | { readonly jwksUrl: string; readonly algorithms: readonly string[] }
    | { readonly introspectionUrl: string; readonly clientId: string; readonly clientSecretFile: string }
}

export type AdmissionConfig =
  | { readonly kind: 'controller' }
  | { readonly kind: 'bearer'; readonly file: string }
  | { readonly kind: 'open' }

/** How much may be asked at once. */
export interface PressureConfig extends Omit<PressureLimits, 'memory'> {
  /** Bytes. */
  readonly memory?: number
}

export interface AuditConfig {
  readonly mode: AuditMode
  readonly sync: AuditSync
  readonly timeout: number
  /** Bytes that must be free on the disk of the embedded store, or else somebody is told. */
  readonly headroom?: number
}

/** What the settings choose. All times are milliseconds. */
export interface Config {
  readonly listen: Address
  /** Files that TLS is spoken with; plain HTTP is without them. */
  readonly tls?: TlsFiles
  /** Who issues the certificates of servers that are called; if absent those whom Node.js trusts. */
  readonly issuers?: IssuerFiles
  readonly baseUrl?: string
  readonly store: StoreConfig
  readonly lock: LockConfig
  /** The server lock whose place it takes, as long as that is needed. */
  readonly previousLock?: LockConfig
  /** Who holds the other shares of users' secrets, if anybody does. */
  readonly shares?: SharesConfig
  readonly vaults: VaultsConfig
  /** Whether every new keystore's lock is shared with its user. */
  readonly userLock?: 'shamir'
  readonly experimentalKeyTypes: readonly KeyTypeName[]
  /** Who makes and verifies Ed25519 signatures. */
  readonly ed25519: Settings['ed25519']
  /** Addresses and networks whose word is taken for whose share a request brings. */
  readonly trustedProxies: readonly string[]
  readonly auth: AuthConfig
  readonly chainPolicy: ChainPolicy
  /** How long sessions live; 0: there are none. */
  readonly sessionTtl: number
  readonly cache: CacheLimits
  /** Whose pages may call this server from a browser; nobody's if absent. */
  readonly allowedOrigins?: AllowedOrigins
  /** How many processes serve requests. */
  readonly workers: number
  readonly rates: RateLimits
  readonly pressure: PressureConfig
  readonly maxConnections: number
  /** Whether there is a page that shows the API. */
  readonly docs: boolean
  /** How requests are written down; they are not if absent. */
  readonly audit?: AuditConfig
  readonly bodyLimit: number
  readonly requestTimeout: number
  readonly shutdownDelay: number
  readonly shutdownTimeout: number
  readonly logLevel: Settings['logLevel']
  readonly logFormat: Settings['logFormat']
  /** Where metrics are served; nowhere if absent. */
  readonly metrics?: Address
}
