import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { settings, unsupportedSettings } from '@keyhold/app/config/settings.js'
import { keystorePlaces } from '@keyhold/core/transfer/places.js'
import t from 'tap'
import { commandLinesOf, problemsIn } from '../support/docs/command-lines.ts'
import { blocksOf, codeSpansOf } from '../support/docs/markdown.ts'
import { markdownFiles } from '../support/docs/markdown-files.ts'
import { repository } from '../support/repository.ts'

const variables: string[] = [
  ...Object.values(settings).map(({ variable }) => variable),
  ...Object.keys(unsupportedSettings),
]
const { scripts } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'))

/** Commands, options, settings and scripts that a text names, but that there are not; also where nothing is run. */
async function unknownIn(text: string): Promise<string[]> {
  const codes = [...blocksOf(text).map(({ code }) => code), ...codeSpansOf(text)]
  const problems = await Promise.all(codes.flatMap(commandLinesOf).map(problemsIn))
  const named = text.match(/\bKMS_[A-Z0-9_]+/g) ?? []
  const settings = named.filter(
    name => !variables.some(each => each === name || (name.endsWith('_') && each.startsWith(name))),
  )
  const scriptNames = Array.from(text.matchAll(/npm run ([\w:-]+)/g), ([, name = '']) => name)
  return [...problems.flat(), ...settings, ...scriptNames.filter(name => !(name in scripts))]
}

for (const file of await markdownFiles()) {
  t.test(`what ${file} names is there`, async t => {
    t.strictSame(await unknownIn(await readFile(join(repository, file), 'utf8')), [])
  })
}

t.test('the collections that are sharded are those whose scopes are keystores', async t => {
  const guide = await readFile(join(repository, 'docs/scenario-1.md'), 'utf8')
  const sharded = Array.from(guide.matchAll(/sh\.shardCollection\('keyhold\.(\w+)'/g), ([, name = '']) => name)
  t.strictSame(
    sharded,
    keystorePlaces('id').map(({ collection }) => collection),
  )
})

t.test('what is not there is found', async t => {
  const text = [
    'Set `KMS_NOTHING` or `KMS_TLS_…`, run `keyhold zcap show --nothing FILE`, `npm run nothing`.',
    '```sh',
    'KEY=$(keyhold did make key.pem | field did) && keyhold call --key a.pem --nothing GET http://a "--b"',
    '@keyhold/app start; /opt/keyhold start # keyhold nothing',
    '```',
  ].join('\n')
  t.strictSame((await unknownIn(text)).sort(), [
    'KMS_NOTHING',
    'keyhold call has no option --nothing',
    'keyhold zcap show has no option --nothing',
    'no command: keyhold did make key.pem',
    'nothing',
  ])
})
