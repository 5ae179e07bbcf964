import { UrlGuard } from '@keyhold/adapters/shared/url-guard.js'
import { KmsError } from '@keyhold/core'
import t from 'tap'
import { goodUrls, hostileUrls } from '../support/hostile-urls.ts'

const guard = new UrlGuard({ allow: [] })

/** `allowed`, or the text of the refusal. */
function verdict(url: string, by = guard): string {
  try {
    by.check(url)
    return 'allowed'
  } catch (error) {
    return error instanceof KmsError && error.code === 'INVALID_REQUEST' ? error.message : `${error}`
  }
}

const text = 'the URL may not be called: it must be a plain https URL of a public host'

t.test('what is hostile is refused, in one text', async t => {
  for (const [name, url] of hostileUrls) t.equal(verdict(url), text, `${name}: ${JSON.stringify(url.slice(0, 80))}`)
})

t.test('the reason repeats nothing of the URL', async t => {
  for (const [name, url] of hostileUrls) {
    try {
      guard.check(url)
      t.fail(name)
    } catch (error) {
      const { cause } = error as KmsError
      t.match(cause, /^(it is not|the (scheme|host|port|path|name|address)) [a-z ]+$/i, name)
    }
  }
})

t.test('what is good comes back as it was written', async t => {
  for (const [name, url] of goodUrls) {
    const path = url.replace(/^https:\/\/[^/]*/, '') || '/'
    const origin = url
      .slice(0, url.length - (path === '/' && !url.endsWith('/') ? 0 : path.length))
      .replace(/:443$/, '')
    const { href } = guard.check(url)
    t.equal(href, `${origin}${path}`, name)
  }
})

t.test('an allowed origin may be called whatever it is, and no other by it', async t => {
  const allow = [
    'http://127.0.0.1:8080',
    'http://localhost',
    'https://edv:8443',
    'https://[::1]',
    'http://[fd00::1]:81',
  ]
  const allowing = new UrlGuard({ allow })
  for (const origin of allow) t.equal(verdict(`${origin}/edvs/z1`, allowing), 'allowed', origin)
  t.equal(verdict('http://localhost:80/edvs', allowing), 'allowed', 'the port that is meant anyway')
  t.equal(verdict('https://vault.example.com/', allowing), 'allowed', 'public hosts as ever')
  const others = [
    'https://127.0.0.1:8080/',
    'http://127.0.0.1/',
    'http://127.0.0.1:8081/',
    'http://127.0.0.2:8080/',
    'http://2130706433:8080/',
    'http://127.1:8080/',
    'http://LOCALHOST/',
    'http://localhost./',
    'http://localhost:0/',
    'http://localhost:080/',
    'https://localhost/',
    'http://x.localhost/',
    'http://localhost.evil.com/',
    'http://localhost@evil.com/',
    'http://user@localhost/',
    'https://edv/',
    'http://edv:8443/',
    'https://edv:8443.evil.com/',
    'https://[0::1]/',
    'https://[::1]:444/',
  ]
  for (const url of others) t.equal(verdict(url, allowing), text, url)
})

t.test('what is written must be plain for an allowed origin too', async t => {
  const origin = 'http://localhost:8080'
  const allowing = new UrlGuard({ allow: [origin] })
  const paths = [
    '/a/../b',
    '/%2e%2e/b',
    '//a',
    '/a//b',
    '/a%2fb',
    '/a\\b',
    '/a?b',
    '/a#b',
    '/a b',
    '/a\n',
    '/..;/a',
    '/ä',
  ]
  for (const path of paths) t.equal(verdict(`${origin}${path}`, allowing), text, JSON.stringify(path))
})

t.test('a list of ports takes the place of 443', async t => {
  const ports = new UrlGuard({ allow: [], ports: [443, 8443] })
  for (const port of ['', ':443', ':8443']) t.equal(verdict(`https://example.com${port}/`, ports), 'allowed', port)
  for (const port of [':80', ':8080', ':844', ':84430'])
    t.equal(verdict(`https://example.com${port}/`, ports), text, port)
  const other = new UrlGuard({ allow: [], ports: [8443] })
  t.equal(verdict('https://example.com/', other), text)
})

t.test('what is allowed must be an origin', async t => {
  const wrong = [
    '',
    'localhost',
    'localhost:8080',
    'http://',
    'http://localhost/',
    'http://localhost:80',
    'https://edv:443',
    'http://LOCALHOST:8080',
    'http://user@localhost',
    'http://localhost/path',
    'http://127.1',
    'https://bücher.example',
    'ftp://localhost',
    'file:///',
    'null',
    '*',
  ]
  for (const origin of wrong) {
    const options = { allow: ['http://localhost:1', origin] }
    t.throws(() => new UrlGuard(options), { name: 'KmsError', code: 'INVALID_REQUEST' }, JSON.stringify(origin))
  }
})

t.test('the tables are what they are taken for', async t => {
  t.ok(hostileUrls.length >= 80)
  t.ok(goodUrls.length >= 15)
  for (const rows of [hostileUrls, goodUrls]) {
    t.equal(new Set(rows.map(([name]) => name)).size, rows.length, 'no name stands twice')
    t.equal(new Set(rows.map(([, url]) => url)).size, rows.length, 'no URL stands twice')
  }
})
