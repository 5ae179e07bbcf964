import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { browserBundle } from '../support/browser-bundle.ts'
import { clientService } from '../support/client-service.ts'
import { repository } from '../support/repository.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const readme = await readFile(join(repository, 'client/README.md'), 'utf8')

t.test('the examples of the client run, and print what is said of them', async t => {
  const blocks = Array.from(readme.matchAll(/^```js\n(.*?)^```/gms), ([, code]) => code ?? '')
  t.ok(blocks.length > 8)
  const service = await clientService(t)
  const printed: string[] = []
  const given = {
    gnapToken: 'gnap-token',
    bearerToken: 'bearer-token',
    tokenKey: service.tokenKey,
    share: service.share,
    console: { log: (...values: unknown[]) => printed.push(values.join(' ')) },
  }
  // One after the other, in one module that has nothing but what the text speaks of.
  const program = blocks
    .join('\n')
    .replaceAll('https://kms.example', service.url)
    .replaceAll("'carol.pem'", JSON.stringify(join(await temporaryDirectory(t), 'carol.pem')))
  const name = `client-readme-${process.pid}`
  const file = join(import.meta.dirname, `${name}.mjs`)
  const head = `const { ${Object.keys(given).join(', ')} } = globalThis['${name}']\n`
  Object.assign(globalThis, { [name]: given })
  await writeFile(file, head + program)
  t.teardown(() => rm(file))
  await import(file)
  const promised = Array.from(program.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm), ([, text]) => text)
  t.strictSame(printed, promised)
})

t.test('the client is as large as is said', async t => {
  const { text } = await browserBundle()
  const sizes = [text.length, gzipSync(text).length].map(size => Math.round(size / 1000))
  const [, ...said] = /about (\d+) kB, (\d+) kB/.exec(readme) ?? []
  for (const [index, size] of sizes.entries()) t.ok(Math.abs(size - Number(said[index])) <= 2, `${size} kB`)
})
