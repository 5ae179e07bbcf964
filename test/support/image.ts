import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { promisify } from 'node:util'
import { type Copy, DockerfileParser, type Instruction } from 'dockerfile-ast'
import { plainly } from './packages.ts'
import { repository } from './repository.ts'

export const dockerfile = DockerfileParser.parse(await readFile(join(repository, 'packaging/Dockerfile'), 'utf8'))

/** A stage of the build: its files are in a directory that stands for its root. */
export interface Stage {
  readonly root: string
  readonly environment: Readonly<Record<string, string>>
}

/** The words of a CMD, ENTRYPOINT or HEALTHCHECK in the form that needs no shell. */
export function wordsOf(instruction: Instruction | undefined): string[] {
  return JSON.parse(/\[.*\]$/.exec(instruction?.getArgumentsContent() ?? '')?.[0] ?? '[]')
}

/**
 * Does what the Dockerfile says, without a container: each stage is a directory, its commands run there with the tools
 * of this machine in place of those of its base image.
 *
 * @returns the last stage
 */
export async function buildImage(directory: string): Promise<Stage> {
  const context = join(directory, 'context')
  await copyContext(context)
  const stages = new Map<string, string>()
  let root = ''
  let workdir = '/'
  let environment: Record<string, string> = {}
  for (const instruction of dockerfile.getInstructions()) {
    const words = instruction.getArguments().map(word => word.getValue())
    switch (instruction.getKeyword()) {
      case 'FROM':
        root = join(directory, `stage-${stages.size}`)
        await mkdir(root)
        stages.set(words[2] ?? 'last', root)
        environment = {}
        break
      case 'WORKDIR':
        workdir = words[0] ?? '/'
        await mkdir(join(root, workdir), { recursive: true })
        break
      case 'ENV':
        for (const word of words) environment[word.replace(/=.*/, '')] = word.replace(/^[^=]*=/, '')
        break
      case 'COPY': {
        const from = (instruction as Copy)
          .getFlags()
          .find(flag => flag.getName() === 'from')
          ?.getValue()
        const source = from === undefined ? context : (stages.get(from ?? '') ?? '')
        const target = words.pop() ?? ''
        for (const word of words) await copy(join(source, word), join(root, posix.resolve(workdir, target)), target)
        break
      }
      case 'RUN': {
        const options = { cwd: join(root, workdir), env: { ...process.env, ...environment } }
        const command = instruction.getRawArgumentsContent() ?? ''
        await promisify(execFile)('env', [...plainly, 'sh', '-euc', command], options)
        break
      }
    }
  }
  return { root, environment }
}

/** Into the target if that is a directory (it ends with a slash, or is one already), else as the target. */
async function copy(source: string, target: string, written: string): Promise<void> {
  const into = written.endsWith('/') ? join(target, posix.basename(source)) : target
  await cp(source, into, { recursive: true, verbatimSymlinks: true })
}

/** The repository as it stands here, without what `.dockerignore` leaves out. */
async function copyContext(target: string): Promise<void> {
  const ignored = await ignoredByDocker()
  await mkdir(target)
  for (const entry of await readdir(repository)) {
    if (ignored(entry)) continue
    const filter = (source: string) => !ignored(posix.relative(repository, source))
    await cp(join(repository, entry), join(target, entry), { recursive: true, filter, verbatimSymlinks: true })
  }
}

/** Whether a path, from the root of the repository, is left out of what a build sees. */
export async function ignoredByDocker(): Promise<(path: string) => boolean> {
  const text = await readFile(join(repository, '.dockerignore'), 'utf8')
  const patterns = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  const forms = patterns.map(pattern => {
    // `**/` stands for any number of directories, `*` for anything in one name.
    const form = pattern
      .replace(/[.]/g, '\\.')
      .replace('**/', '(.*/)?')
      .replace(/(^|[^.)])\*/, '$1[^/]*')
    return new RegExp(`^${form}(/|$)`)
  })
  return path => forms.some(form => form.test(path))
}
