/** Why a move cannot begin or end, in a sentence for the operator. Nothing was overwritten. */
export class MoveError extends Error {
  override readonly name = 'MoveError'
  readonly code = 'NOT_MOVED'
}
