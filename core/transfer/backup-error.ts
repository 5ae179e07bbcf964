/** Why a file gives no store, or a store no backup, in a sentence for the operator. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
  readonly code = 'BACKUP_INVALID'
}

/** One sentence for everything that only a change of the file can bring about. */
export function damaged(): BackupError {
  return new BackupError('the backup is damaged: it was cut off, reordered or changed, or is none')
}
