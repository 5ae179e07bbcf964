/** Keys of callers in files: what needs Node.js. */
export { makeKeyFile, openKeyFile } from './key-file.ts'
