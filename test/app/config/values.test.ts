import * as values from '@keyhold/app/config/values.js'
import t from 'tap'

type Accepted = readonly (readonly [text: string, value: unknown])[]

/** What a parser makes of some texts, and which texts it refuses with a sentence that completes "NAME: …". */
function parser(name: string, parse: (text: string) => unknown, accepted: Accepted, refused: readonly string[]): void {
  t.test(name, async t => {
    for (const [text, value] of accepted) t.strictSame(parse(text), value, `accepted: ${JSON.stringify(text)}`)
    for (const text of refused) {
      t.throws(() => parse(text), { name: 'RangeError', message: /^must / }, `refused: ${JSON.stringify(text)}`)
    }
  })
}

parser(
  'text',
  values.text,
  [
    ['a', 'a'],
    [' ', ' '],
    ['./keyhold-data', './keyhold-data'],
  ],
  [''],
)

parser(
  'oneOf',
  values.oneOf('embedded', 'memory'),
  [
    ['embedded', 'embedded'],
    ['memory', 'memory'],
  ],
  ['', 'Embedded', 'memory ', 'mongodb', 'constructor', '__proto__', 'embedded,memory'],
)

parser(
  'integer',
  values.integer(10, 2000),
  [
    ['10', 10],
    ['2000', 2000],
    ['0010', 10],
  ],
  [
    '',
    '9',
    '2001',
    '-10',
    '+10',
    '10.0',
    '1e2',
    '0x10',
    ' 10',
    '10 ',
    '1_000',
    'ten',
    'NaN',
    'Infinity',
    '9'.repeat(20),
    '١٠',
  ],
)

parser(
  'duration',
  values.duration,
  [
    ['0', 0],
    ['0s', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['10m', 600_000],
    ['1h', 3_600_000],
    ['1h30m', 5_400_000],
    ['1h1m1s1ms', 3_661_001],
    ['1.5s', 1500],
    ['0.4ms', 0],
    ['-1s', 0],
    ['-1h30m', 0],
    ['90d', 7_776_000_000],
    ['1d12h', 129_600_000],
  ],
  [
    '',
    '10',
    '10 m',
    ' 10m',
    '10m ',
    '10M',
    's',
    'm10',
    '1w',
    '10m5',
    '--1s',
    '1,5s',
    '.s',
    '1..5s',
    'forever',
    '1e3s',
    `${'9'.repeat(400)}h`,
  ],
)

parser(
  'timeout',
  values.timeout,
  [
    ['1ms', 1],
    ['30s', 30_000],
  ],
  ['', '0', '0s', '-1s', '0.4ms', '10', 'never', '25h', '2d'],
)

parser(
  'boolean',
  values.boolean,
  [
    ...['1', 't', 'T', 'true', 'TRUE', 'True'].map(text => [text, true] as const),
    ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map(text => [text, false] as const),
  ],
  ['', 'yes', 'no', 'on', 'off', 'tRUE', ' true', 'true ', '2', 'null'],
)

parser(
  'address',
  values.address,
  [
    ['127.0.0.1:8076', { host: '127.0.0.1', port: 8076 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['kms.example:65535', { host: 'kms.example', port: 65_535 }],
    [':8076', { host: '0.0.0.0', port: 8076 }],
    ['[::]:80', { host: '::', port: 80 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['[::ffff:127.0.0.1]:80', { host: '::ffff:127.0.0.1', port: 80 }],
  ],
  [
    '',
    'localhost',
    '8076',
    '127.0.0.1',
    '127.0.0.1:',
    ':',
    '127.0.0.1:65536',
    '127.0.0.1:-1',
    '127.0.0.1:http',
    '127.0.0.1:80:80',
    '::1:80',
    '[::1]',
    '[]:80',
    '[kms.example]:80',
    'http://127.0.0.1:80',
    '127.0.0.1:80/path',
    ' 127.0.0.1:80',
    '127.0.0.1:80 ',
    'a b:80',
  ],
)

parser(
  'baseUrl',
  values.baseUrl,
  [
    ['http://127.0.0.1:8076', 'http://127.0.0.1:8076'],
    ['https://kms.example', 'https://kms.example'],
    ['https://kms.example/', 'https://kms.example'],
    ['https://kms.example/a/b', 'https://kms.example/a/b'],
    ['https://kms.example/a/b//', 'https://kms.example/a/b'],
    ['http://[::1]:80', 'http://[::1]:80'],
    ['https://KMS.example', 'https://KMS.example'],
  ],
  [
    '',
    'kms.example',
    '/v1',
    '//kms.example',
    'ftp://kms.example',
    'https:kms.example',
    'https:/kms.example',
    'https:///kms.example',
    'https:\\\\kms.example',
    'https://kms.example\\a',
    'https://kms.example/a b',
    ' https://kms.example',
    'https://kms.example\n',
    'https://kms.exa\tmple',
    'https://[::1',
    'javascript:alert(1)',
    'https://',
    'https://user@kms.example',
    'https://user:password@kms.example',
    'https://kms.example?a=b',
    'https://kms.example/?',
    'https://kms.example/#a',
    'https://kms.example#',
    'https://kms.example:99999',
  ],
)

parser(
  'name',
  values.name,
  [
    ['a', 'a'],
    ['team_a-1', 'team_a-1'],
    ['_', '_'],
    ['x'.repeat(64), 'x'.repeat(64)],
  ],
  ['', '-a', 'a b', 'a/b', 'a.b', '$a', 'a\0', 'é', 'x'.repeat(65), 'a\n'],
)

parser(
  'endpoint',
  values.endpoint,
  [
    ['https://kms.eu-west-2.amazonaws.com', 'https://kms.eu-west-2.amazonaws.com'],
    ['https://bao.example:8200/', 'https://bao.example:8200'],
    ['http://127.0.0.1:4599', 'http://127.0.0.1:4599'],
    ['http://localhost:4599/base', 'http://localhost:4599/base'],
    ['http://[::1]:4599', 'http://[::1]:4599'],
  ],
  [
    '',
    'http://kms.example',
    'http://10.0.0.1',
    'http://127.0.0.1.example',
    'https://user:word@kms.example',
    'ftp://127.0.0.1',
  ],
)

const keyArn = 'arn:aws:kms:eu-west-2:111122223333:key/bc436485-5092-42b8-92a3-0aa8b93536dc'
const aliasArn = 'arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/team/keyhold_1'

parser(
  'awsKeyUri',
  values.awsKeyUri,
  [
    [`aws-kms://${keyArn}`, { arn: keyArn, region: 'eu-west-2' }],
    [`aws-kms://${aliasArn}`, { arn: aliasArn, region: 'us-gov-west-1' }],
  ],
  [
    '',
    keyArn,
    'aws-kms://',
    'aws-kms://alias/keyhold',
    `AWS-KMS://${keyArn}`,
    `aws-kms://${keyArn} `,
    `aws-kms://${keyArn}\n`,
    'aws-kms://arn:aws:s3:eu-west-2:111122223333:key/a',
    'aws-kms://arn:aws:kms:eu-west-2:1111:key/a',
    'aws-kms://arn:aws:kms::111122223333:key/a',
    'aws-kms://arn:gcp:kms:eu-west-2:111122223333:key/a',
    'aws-kms://arn:aws:kms:eu-west-2:111122223333:key/',
    'aws-kms://arn:aws:kms:eu-west-2:111122223333:key/a/b',
    'local-lock://keystorekms',
  ],
)
