import t from 'tap'
import { buildApp } from '../../../support/build-app.ts'

t.test('the page and what it loads come from here, and nothing else may', async t => {
  const app = await buildApp(t)
  const get = (path: string, headers = {}) => app.send({ method: 'GET', path, headers })
  const redirect = await get('/docs')
  t.match(redirect, { status: 308, headers: { location: 'docs/' } })
  const page = await get('/docs/')
  t.match(page, { status: 200, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } })
  const policy = String(page.headers['content-security-policy'])
  t.match(policy, /default-src 'none'/)
  t.match(policy, /frame-ancestors 'none'/)
  t.notMatch(policy, /unsafe|https?:|\*/)
  t.notMatch(page.text, /<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/, 'nothing stands in the page itself')
  const parts = Array.from(page.text.matchAll(/(?:src|href)="\.\/([^"]+)"/g), ([, part = '']) => part)
  t.ok(parts.length >= 5)
  for (const part of parts) {
    const reply = await get(`/docs/${part}`)
    t.equal(reply.status, 200, part)
    t.match(reply.headers['content-type'], /^(application\/javascript|text\/css|image\/png)/)
    t.equal(reply.headers['content-security-policy'], policy)
    t.equal(reply.headers['x-content-type-options'], 'nosniff')
  }
  const { etag } = (await get('/docs/static/swagger-ui.css')).headers
  const again = await get('/docs/static/swagger-ui.css', { 'if-none-match': etag })
  t.match(again, { status: 304, text: '', headers: { etag } })
  // It calls whoever has served it, whatever the base URL is.
  const { body: shown } = await get('/docs/json')
  const { body: document } = await get('/openapi.json')
  t.strictSame(shown, { ...document, servers: [{ url: '..' }] })
})

t.test('there is nothing else below it', async t => {
  const app = await buildApp(t)
  const paths = ['/docs/none', '/docs/static/none.js', '/docs/static/..%2f..%2fpackage.json', '/docs/%00']
  for (const path of paths) {
    const { status, body } = await app.send({ method: 'GET', path })
    t.match({ status, body }, { status: 404, body: { code: 'NOT_FOUND' } }, path)
  }
  for (const path of ['/docs', '/docs/', '/docs/static/swagger-ui.css', '/openapi.json']) {
    t.match(await app.send({ method: 'POST', path, body: {} }), { status: 405, headers: { allow: 'GET' } }, path)
  }
})

t.test('without the page there is the document', async t => {
  const app = await buildApp(t, { docs: false })
  for (const path of ['/docs', '/docs/', '/docs/json', '/docs/static/swagger-ui.css']) {
    t.equal((await app.send({ method: 'GET', path })).status, 404, path)
  }
  t.equal((await app.send({ method: 'GET', path: '/openapi.json' })).body.openapi, '3.1.0')
})

t.test('it knows the limits of addresses', async t => {
  const app = await buildApp(t, { limits: { rates: { address: { quota: 1, window: 10 } } } })
  t.equal((await app.send({ method: 'GET', path: '/openapi.json' })).status, 200)
  t.equal((await app.send({ method: 'GET', path: '/openapi.json' })).status, 429)
  t.equal((await app.send({ method: 'GET', path: '/docs/static/swagger-ui-bundle.js' })).status, 429)
})
