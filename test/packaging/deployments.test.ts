import { loadConfig } from '@keyhold/app'
import { settings } from '@keyhold/app/config/settings.js'
import t from 'tap'
import {
  compose,
  container,
  deployments,
  manifestOf,
  manifests,
  ownServices,
  pod,
  probedPaths,
  unit,
} from '../support/deployments.ts'
import { dockerfile } from '../support/image.ts'

const variables = new Set<string>(Object.values(settings).map(setting => setting.variable))

for (const { name, environment, mounts } of deployments) {
  t.test(`the settings of ${name}`, async t => {
    for (const variable of Object.keys(environment)) {
      const known = variables.has(variable) || /^(AWS_[A-Z_]+|NODE_ENV)$/.test(variable)
      t.ok(known, `${variable} is a setting, or one of AWS`)
    }
    // What stands in the environment of whoever starts it, here by an example.
    const filled = Object.entries(environment).map(([variable, value]) => {
      return [
        variable,
        value.replace(/^\$\{KMS_SECRET_LOCK_AWS_KEY_URI:-\}$/, 'aws-kms://arn:aws:kms:eu-west-2:111122223333:key/a'),
      ]
    })
    t.doesNotThrow(() => loadConfig(Object.fromEntries(filled)), 'they go together')
    const used = loadConfig(Object.fromEntries(filled))
    t.not(used.auth.kind, 'none', 'callers prove who they are')
    for (const [variable, value] of Object.entries(environment).filter(([, value]) => value.startsWith('/'))) {
      t.ok(
        mounts.some(mount => value === mount || value.startsWith(`${mount}/`)),
        `${variable}: ${value} is there`,
      )
    }
  })
}

t.test('the ports are those that the service listens on', async t => {
  const listens = /^0\.0\.0\.0:(\d+)$/.exec(deployments[0]?.environment['KMS_HOST'] ?? '')?.[1]
  t.equal(
    dockerfile
      .getInstructions()
      .find(each => each.getKeyword() === 'EXPOSE')
      ?.getArgumentsContent(),
    listens,
  )
  t.match(container.ports, [{ name: 'https', containerPort: Number(listens) }])
  t.match(manifestOf('Service').spec.ports, [{ targetPort: 'https' }])
  t.match(manifestOf('NetworkPolicy').spec.ingress[0].ports, [{ port: Number(listens) }])
  for (const [name, { ports = [] }] of ownServices) {
    for (const port of ports) t.match(port, /^127\.0\.0\.1:(\d+):\1$/, `${name} is reached from this machine alone`)
  }
})

t.test('what asks whether the service lives asks for routes that need no proof', async t => {
  t.strictSame(
    probedPaths.filter(path => !['/healthcheck', '/health/live', '/health/ready'].includes(path)),
    [],
  )
  t.equal(container.readinessProbe.httpGet.path, '/health/ready')
  t.not(container.livenessProbe.httpGet.path, '/health/ready', 'a database that is away is no reason to end it')
})

t.test('a stop has the time that the service takes for it', async t => {
  const longest = Number(/^(\d+)s$/.exec(settings.shutdownTimeout.default ?? '')?.[1])
  const pause = container.lifecycle.preStop.sleep.seconds
  t.ok(pod.terminationGracePeriodSeconds > longest + pause, 'kubernetes')
  t.ok(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]) > longest, 'systemd')
  for (const [name, service] of ownServices)
    t.ok(Number.parseInt(String(service['stop_grace_period']), 10) > longest, name)
})

t.test('nothing runs with more rights than it needs', async t => {
  t.match(pod.securityContext, { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } })
  t.match(container.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  })
  t.equal(pod.automountServiceAccountToken, false)
  for (const [name, service] of ownServices) {
    t.match(service, { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] }, name)
  }
  for (const line of [
    'ProtectSystem=strict',
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=',
    'UMask=0077',
    'LimitCORE=0',
  ]) {
    t.match(unit, new RegExp(`^${line}$`, 'm'))
  }
  t.match(unit, /^User=(?!root)\w+$/m)
})

t.test('secrets are files, or come from where secrets are kept', async t => {
  for (const { name, environment } of deployments) {
    for (const variable of ['KMS_AUTH_SERVER_TOKEN']) t.notOk(variable in environment, `${name}: ${variable}`)
  }
  const mounted = pod.volumes.map(({ secret }: { secret: { defaultMode: number } }) => secret.defaultMode)
  t.strictSame(mounted, [0o440, 0o440], 'its group reads them, and nobody else')
  t.notOk(
    manifests.some(({ kind }) => kind === 'Secret'),
    'and none is in the manifest',
  )
  t.match(compose.secrets, { 'auth-token': { environment: 'KEYHOLD_AUTH_TOKEN' } })
  t.match(compose.services.auth.command, ['-listen=0.0.0.0:8070', `-token=\${KEYHOLD_AUTH_TOKEN:-}`])
})

t.test('everything in the manifest belongs together', async t => {
  const labels = manifestOf('Deployment').spec.template.metadata.labels
  t.match(labels, manifestOf('Service').spec.selector)
  for (const kind of ['Deployment', 'PodDisruptionBudget'])
    t.strictSame(manifestOf(kind).spec.selector.matchLabels, labels)
  t.strictSame(manifestOf('NetworkPolicy').spec.podSelector.matchLabels, labels)
  t.strictSame([...new Set(manifests.map(({ metadata }) => metadata.namespace))], ['keyhold'])
  t.equal(pod.serviceAccountName, manifestOf('ServiceAccount').metadata.name)
  t.equal(container.envFrom[0].configMapRef.name, manifestOf('ConfigMap').metadata.name)
})
