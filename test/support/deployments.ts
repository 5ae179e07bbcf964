import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { dockerfile } from './image.ts'
import { repository } from './repository.ts'

type Environment = Readonly<Record<string, string>>

/** A way to run the service that `packaging/` describes. */
export interface Deployment {
  readonly name: string
  readonly environment: Environment
  /** Directories and files that are there for it beside what is in the image. */
  readonly mounts: readonly string[]
}

export interface ComposeService {
  readonly build?: { readonly dockerfile?: string; readonly dockerfile_inline?: string; readonly context: string }
  readonly command?: string | readonly string[]
  readonly environment?: Readonly<Record<string, string | null>>
  readonly volumes?: readonly string[]
  readonly secrets?: readonly string[]
  readonly ports?: readonly string[]
  readonly [member: string]: unknown
}

// biome-ignore lint/suspicious/noExplicitAny: the shape of a manifest is what its validator knows
export type Manifest = any

const text = (file: string) => readFile(join(repository, 'packaging', file), 'utf8')

export const compose = parse(await text('compose.yaml'), { merge: true })
const services: Readonly<Record<string, ComposeService>> = compose.services
export const manifests: readonly Manifest[] = parseAllDocuments(await text('kubernetes.yaml')).map(each => each.toJS())
export const unit = await text('keyhold.service')

export const manifestOf = (kind: string): Manifest => manifests.find(manifest => manifest.kind === kind)
export const pod: Manifest = manifestOf('Deployment').spec.template.spec
export const container: Manifest = pod.containers[0]

/** What the image sets by itself. */
const imageEnvironment: Environment = Object.fromEntries(
  dockerfile
    .getENVs()
    .flatMap(env => env.getProperties())
    .map(property => [property.getName(), property.getValue() ?? '']),
)

/** The services of compose.yaml that run Keyhold, the one that makes a key among them. */
export const ownServices = Object.entries(services).filter(
  ([, service]) => service.build?.dockerfile === 'packaging/Dockerfile',
)

const inCompose = ownServices
  .filter(([, service]) => service.command === undefined)
  .map(([name, { environment = {}, volumes = [], secrets = [] }]): Deployment => {
    const given = Object.entries(environment).map(([key, value]) => [key, value ?? ''])
    return {
      name: `compose ${name}`,
      environment: { ...imageEnvironment, ...Object.fromEntries(given) },
      mounts: [
        ...volumes.map(volume => volume.split(':')[1] ?? ''),
        ...secrets.map(secret => `/run/secrets/${secret}`),
      ],
    }
  })

const inKubernetes: Deployment = {
  name: 'kubernetes',
  environment: {
    ...imageEnvironment,
    ...manifestOf('ConfigMap').data,
    ...Object.fromEntries(container.env.map(({ name }: { name: string }) => [name, 'mongodb://db.example/keyhold'])),
  },
  mounts: container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath),
}

const settingsOfUnit = Array.from(unit.matchAll(/^Environment=([A-Z_]+)=(.*)$/gm), ([, name, value]) => [name, value])
const inSystemd: Deployment = {
  name: 'systemd',
  environment: Object.fromEntries(settingsOfUnit),
  mounts: [`/var/lib/${/^StateDirectory=(.*)$/m.exec(unit)?.[1]}`, '/etc/keyhold'],
}

export const deployments: readonly Deployment[] = [...inCompose, inKubernetes, inSystemd]

/** Where Kubernetes asks whether the service lives and is ready. */
export const probedPaths: readonly string[] = [
  ...new Set<string>(
    ['startupProbe', 'livenessProbe', 'readinessProbe'].map(probe => container[probe].httpGet.path as string),
  ),
]
