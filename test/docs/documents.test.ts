import t from 'tap'
import { checkDocument } from '../support/docs/check-document.ts'
import { documents } from '../support/docs/documents.ts'

// Much of each run is waiting: for a process to start, and for the disk.
t.jobs = 2
for (const document of documents) {
  t.test(`the blocks of ${document.file} run`, t => checkDocument(t, document))
}
