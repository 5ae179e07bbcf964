/** The part of oidc-provider that the tests use, which comes without types. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'

  interface ResourceServer {
    readonly scope: string
    readonly audience: string
    readonly accessTokenTTL: number
    readonly accessTokenFormat: 'jwt' | 'opaque'
  }

  interface AccessToken {
    scope: string
    save(): Promise<string>
    destroy(): Promise<void>
  }

  interface Grant {
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  // biome-ignore lint/style/noDefaultExport: the library has it so
  export default class Provider {
    constructor(issuer: string, configuration: object)
    callback(): RequestListener
    readonly Client: { find(id: string): Promise<object | undefined> }
    readonly Grant: new (of: {
      clientId: string
      accountId: string
    }) => Grant
    readonly AccessToken: new (
      of: object,
    ) => AccessToken
    readonly ResourceServer: new (
      identifier: string,
      info: ResourceServer,
    ) => object
  }
}
