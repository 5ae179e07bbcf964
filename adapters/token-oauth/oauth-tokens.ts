import type { AccessTokenPort } from '@keyhold/core'
import { IntrospectedTokens, type IntrospectedTokensOptions } from './introspected-tokens.ts'
import { JwtTokens, type JwtTokensOptions } from './jwt-tokens.ts'

/** Opens the access tokens of an OAuth 2.0 issuer. Nothing is asked of it yet. */
export async function openOAuthTokens(options: JwtTokensOptions | IntrospectedTokensOptions): Promise<AccessTokenPort> {
  return 'jwksUrl' in options ? new JwtTokens(options) : new IntrospectedTokens(options)
}
