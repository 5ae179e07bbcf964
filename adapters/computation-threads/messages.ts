import type { ComputationJob, ErrorCode } from '@keyhold/core'

/** What a worker is told: one job at a time. What it holds is the worker's own from then on. */
export type Request = ComputationJob

/** What it answers. Only texts of an error pass between threads. */
export type Answer =
  | { readonly result: Uint8Array | undefined }
  | { readonly refused: ErrorCode; readonly message: string }
  | { readonly failed: string }
