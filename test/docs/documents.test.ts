import t from 'tap'
import { checkDocument } from '../support/docs/check-document.ts'
import { documents } from '../support/docs/documents.ts'

for (const document of documents) {
  t.test(`the blocks of ${document.file} run`, t => checkDocument(t, document))
}
