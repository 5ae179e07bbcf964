import { CounterFamily, HistogramFamily } from '@keyhold/app/metrics/families.js'
import { Registry } from 'prom-client'
import t from 'tap'
import { metricTypesOf, samplesOf } from '../../support/metric-samples.ts'

t.test('counters', async t => {
  const registry = new Registry()
  const family = new CounterFamily(registry, 'asked_total', 'What was asked.', ['what', 'result'])
  family.child('a', 'good').value += 2
  family.child('a', 'good').value += 1
  family.child('b"\n\\', 'bad').value += 1
  new CounterFamily(registry, 'alone_total', 'One.').child().value += 5
  const text = await registry.metrics()
  t.strictSame(
    [...metricTypesOf(text)],
    [
      ['asked_total', 'counter'],
      ['alone_total', 'counter'],
    ],
  )
  t.strictSame(
    [...samplesOf(text)],
    [
      ['asked_total{what="a",result="good"}', 3],
      ['asked_total{what="b\\"\\n\\\\",result="bad"}', 1],
      ['alone_total', 5],
    ],
  )
})

t.test('histograms', async t => {
  const registry = new Registry()
  const child = new HistogramFamily(registry, 'took_seconds', 'How long.', ['call']).child('x')
  for (const seconds of [0.0001, 0.0002, 0.3, 11]) child.observe(seconds)
  const samples = samplesOf(await registry.metrics())
  const below = (bound: string) => samples.get(`took_seconds_bucket{call="x",le="${bound}"}`)
  t.strictSame(['0.0001', '0.00025', '0.25', '0.5', '10', '+Inf'].map(below), [1, 2, 2, 3, 3, 4])
  t.equal(samples.get('took_seconds_count{call="x"}'), 4)
  t.equal(samples.get('took_seconds_sum{call="x"}'), 0.0001 + 0.0002 + 0.3 + 11)
})

t.test('however many values there are, labels are bounded', async t => {
  const registry = new Registry()
  const family = new CounterFamily(registry, 'many_total', 'Many.', ['one', 'two'])
  for (let index = 0; index < 1000; index++) family.child(`v${index}`, 'x').value += 1
  const samples = samplesOf(await registry.metrics())
  t.equal(samples.size, 201)
  t.equal(samples.get('many_total{one="other",two="other"}'), 800)
  t.equal(samples.get('many_total{one="v0",two="x"}'), 1)
})
