import type { Readable, Writable } from 'node:stream'
import type { Exit } from './exit-codes.ts'

interface DescribedOption {
  readonly description: string
  readonly short?: string
}

/** An option without a value: it is there, or not. */
export interface Flag extends DescribedOption {
  readonly type: 'boolean'
}

/** An option with a value. */
export interface ValueOption extends DescribedOption {
  readonly type: 'string'
  /** What stands for the value in the help. FILE and DIRECTORY are completed as such. */
  readonly value: string
  readonly required?: true
  /** Whether it may be given several times. */
  readonly multiple?: true
  /** The values that there are, if they can be listed. */
  readonly choices?: readonly string[]
  /** Reads the text. Throws a `RangeError` whose message completes "--name: …". Default: the text itself. */
  readonly parse?: (text: string) => unknown
  /** The environment variable that stands for it where it is not given. */
  readonly variable?: string
  /** What is read where neither is given. */
  readonly default?: string
}

export type Options = Readonly<Record<string, Flag | ValueOption>>

type Parsed<O extends ValueOption> = O extends { readonly parse: (text: string) => infer T }
  ? T
  : O extends { readonly choices: readonly (infer C)[] }
    ? C
    : string

type Value<O> = O extends ValueOption
  ? O extends { readonly multiple: true }
    ? readonly Parsed<O>[]
    : O extends { readonly required: true } | { readonly default: string }
      ? Parsed<O>
      : Parsed<O> | undefined
  : boolean

export type Values<O extends Options> = { readonly [N in keyof O]: Value<O[N]> }

/** `FILE` must be given, `[FILE]` may, and `[FILE...]` at the end stands for any number. */
export type WordNames = readonly string[]

export type Words<W extends WordNames> = number extends W['length']
  ? readonly string[]
  : { readonly [I in keyof W]: W[I] extends `[${string}` ? string | undefined : string }

/** What a command has found out or done. It is printed for people, or with `--json` for programs. */
export interface Outcome {
  /** For people: with the line end. Bytes are written as they are. */
  readonly text: string | Uint8Array
  /** For programs: a line of JSON. */
  readonly json: unknown
  /** Default: done. */
  readonly exit?: Exit
}

/** What a command has of the program and the process that it runs in. */
export interface Surroundings {
  readonly commands: Commands
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly input: Readable
  readonly output: Writable
  /** For errors and progress; a terminal has columns. */
  readonly notes: Writable & { readonly isTTY?: boolean; readonly columns?: number }
}

/** What a command does with its options and words, and all else that stands in its help. */
export interface Command {
  readonly options: Options
  readonly words: WordNames
  /** Paragraphs for its help, behind the options. */
  readonly more?: string
  /** Whether it writes what it has to say itself, and has no JSON form. */
  readonly isPlain?: true
  /** @returns the outcome; of a plain command the exit code of the process */
  readonly run: (
    values: Readonly<Record<string, unknown>>,
    words: readonly string[],
    surroundings: Surroundings,
  ) => Promise<Outcome | number>
}

/** The table of commands: what the general help says of each, and the file that is loaded when it is called. */
export type Commands = Readonly<
  Record<string, { readonly summary: string; readonly load: () => Promise<{ readonly command: Command }> }>
>

interface TypedCommand<O extends Options, W extends WordNames> extends Omit<Command, 'run' | 'isPlain'> {
  readonly options: O
  readonly words: W
}

type Run<O extends Options, W extends WordNames, R> = (
  values: Values<O>,
  words: Words<W>,
  surroundings: Surroundings,
) => Promise<R>

/** A command whose options and words have the types that they were declared with. */
export function defineCommand<const O extends Options, const W extends WordNames>(
  declared: TypedCommand<O, W> & { readonly run: Run<O, W, Outcome> },
): Command {
  return declared as unknown as Command
}

/** The same for one that writes what it has to say itself, and answers the exit code. */
export function definePlainCommand<const O extends Options, const W extends WordNames>(
  declared: TypedCommand<O, W> & { readonly run: Run<O, W, number> },
): Command {
  return { ...(declared as unknown as Command), isPlain: true }
}
