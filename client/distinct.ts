import { encodeUrl } from './bytes.ts'

/**
 * A body that no other call has. Two calls that ask for the same in one second would else be the same signed request,
 * which the service takes for one that somebody has recorded. Members that it does not know it ignores.
 */
export function distinct<Body extends object>(body: Body): Body & { readonly nonce: string } {
  return { ...body, nonce: encodeUrl(crypto.getRandomValues(new Uint8Array(12))) }
}
