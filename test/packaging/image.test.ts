import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { validate } from 'dockerfile-utils'
import t from 'tap'
import { dockerfile, ignoredByDocker } from '../support/image.ts'
import { repository, sourceFiles } from '../support/repository.ts'

t.test('the Dockerfile has no fault that a linter knows', async t => {
  const text = await readFile(join(repository, 'packaging/Dockerfile'), 'utf8')
  t.strictSame(validate(text), [])
  t.not(validate('FROM node\nFROM\nEXPOSE x').length, 0, 'the linter finds faults')
})

t.test('the image has no root, no shell and no package manager', async t => {
  const last = dockerfile.getFROMs().at(-1)
  t.match(last?.getImage(), /^gcr\.io\/distroless\/nodejs\$\{NODE_VERSION\}-debian12:nonroot$/)
  const line = last?.getRange().start.line ?? 0
  const own = dockerfile.getInstructions().filter(instruction => instruction.getRange().start.line > line)
  t.notOk(own.some(instruction => instruction.getKeyword() === 'RUN'))
  const user = own.find(instruction => instruction.getKeyword() === 'USER')
  t.equal(user?.getArgumentsContent(), '65532:65532', 'by number, so that it can be seen that it is not root')
})

t.test('the image is built with a Node.js that the packages allow', async t => {
  const [version] = dockerfile.getInitialARGs()
  t.equal(version?.getArgumentsContent(), 'NODE_VERSION=22')
})

t.test('a build sees what is in the repository, and nothing that git leaves out', async t => {
  const ignored = await ignoredByDocker()
  const sources = await sourceFiles('core', 'client', 'adapters', 'app', 'scripts', 'test')
  t.strictSame(sources.map(({ path }) => path).filter(ignored), [])
  const left = ['node_modules', '.cache', 'app/dist', 'a/b/node_modules/c', 'keyhold-data/data.mdb', '.env', 'x/.env']
  for (const path of [...left, 'alice.pem', 'keys/master.key', '.git/config']) t.ok(ignored(path), path)
  for (const path of ['.env.example', 'core/distance.ts', 'app/main.ts']) t.notOk(ignored(path), path)
})
