/**
 * A toy container: a few programs, a few files in memory and a shell that knows sequences, pipes and redirections. It is what `kubectl exec`
 * reaches in the stand-in. Never a process of the host: there is no way from here to one.
 */

import { absolute, type Files } from './files.ts';
import { programs } from './programs.ts';
import { type Command, expanded, parseLine, ShellSyntaxError } from './words.ts';

/** What a process of one container sees. */
export interface Machine {
  readonly files: Files;
  readonly environment: Map<string, string>;
  readonly nowMs: () => number;
  folder: string;
}

/** A process' three streams and the way to stop it. */
export interface Streams {
  /** The next bytes of standard input; undefined at its end. */
  readonly read: () => Promise<Buffer | undefined>;
  readonly out: (bytes: Buffer) => void;
  readonly err: (bytes: Buffer) => void;
  readonly signal: AbortSignal;
  readonly isTty: boolean;
}

export interface Exit {
  readonly code: number;
  /** Set where the program could not be started at all. */
  readonly notStarted?: string;
}

const shells = ['sh', '/bin/sh', 'bash', '/bin/bash', 'ash', '/bin/ash'];
const inputBytesMax = 16 * 1024 * 1024;

/** Runs argv to its end. Never throws: what goes wrong is an exit code and a line on standard error, as it would be. */
export async function runProcess(machine: Machine, argv: readonly string[], streams: Streams): Promise<Exit> {
  const [program = '', ...args] = argv;
  const shell = new Shell(machine, streams);
  if (!shells.includes(program)) {
    const base = program.replace(/^\/(usr\/)?bin\//, '');
    if (!Object.hasOwn(programs, base)) {
      const what = program.includes('/')
        ? `stat ${program}: no such file or directory`
        : `${JSON.stringify(program)}: executable file not found in $PATH`;
      return { code: 127, notStarted: what };
    }
    return { code: await shell.run([{ words: [base, ...args] }]) };
  }
  const flag = args.findIndex((each) => /^-\w*c$/.test(each));
  if (flag >= 0) return { code: await shell.script(args[flag + 1] ?? '') };
  return { code: await shell.interactive() };
}

class Shell {
  readonly #machine: Machine;
  readonly #streams: Streams;
  #buffered: Buffer = Buffer.alloc(0);
  #lastCode = 0;
  #exit: number | undefined;

  constructor(machine: Machine, streams: Streams) {
    this.#machine = machine;
    this.#streams = streams;
  }

  /** Lines from standard input, one after the other, until `exit` or its end. */
  async interactive(): Promise<number> {
    for (;;) {
      if (this.#streams.isTty) this.#out('/ # ');
      const line = await this.#line();
      if (line === undefined || this.#streams.signal.aborted) return this.#lastCode;
      if (line.trim() !== '') await this.script(line);
      if (this.#exit !== undefined) return this.#exit;
    }
  }

  async script(text: string): Promise<number> {
    try {
      for (const line of text.split('\n')) {
        for (const step of parseLine(line)) {
          if (this.#exit !== undefined || this.#streams.signal.aborted) break;
          if (step.when === 'and' && this.#lastCode !== 0) continue;
          if (step.when === 'or' && this.#lastCode === 0) continue;
          this.#lastCode = await this.run(step.pipeline.map((command) => this.#expanded(command)));
        }
      }
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      this.#err(`sh: ${error.message}\n`);
      this.#lastCode = 2;
    }
    return this.#exit ?? this.#lastCode;
  }

  #expanded(command: Command): Command {
    const read = (word: string): string =>
      expanded(word, (name) => (name === '?' ? String(this.#lastCode) : (this.#machine.environment.get(name) ?? '')));
    const { words, input, output } = command;
    return {
      words: words.map(read),
      ...(input === undefined ? {} : { input: read(input) }),
      ...(output === undefined ? {} : { output: { ...output, path: read(output.path) } }),
    };
  }

  /** A pipeline: each program's output is the next one's input; the last one's exit code counts. */
  async run(pipeline: readonly Command[]): Promise<number> {
    let piped: string | undefined;
    let code = 0;
    for (const [index, command] of pipeline.entries()) {
      const isLast = index === pipeline.length - 1;
      let held = '';
      const isHeld = !isLast || command.output !== undefined;
      const input = await this.#inputOf(command, piped);
      if (input === null) return 1;
      code = await this.#one(command.words, input, (text) => {
        if (isHeld) held += text;
        else this.#out(text);
      });
      if (command.output !== undefined && !this.#redirect(command.output, held)) return 1;
      piped = command.output === undefined ? held : '';
    }
    return code;
  }

  async #one(words: readonly string[], input: string | undefined, write: (text: string) => void): Promise<number> {
    const [name = '', ...args] = words;
    const assigned = /^([A-Za-z_]\w*)=(.*)$/s.exec(name);
    if (assigned !== null && args.length === 0) {
      this.#machine.environment.set(assigned[1] ?? '', assigned[2] ?? '');
      return 0;
    }
    if (name === 'exit') {
      this.#exit = Number(args[0] ?? this.#lastCode) & 255;
      return this.#exit;
    }
    if (name === 'cd') return this.#changeFolder(args[0] ?? '/root');
    if (name === 'export') return this.#one(args, input, write);
    if (shells.includes(name) && args[0] === '-c') return new Shell(this.#machine, this.#streams).script(args[1] ?? '');
    const base = name.replace(/^\/(usr\/)?bin\//, '');
    const program = Object.hasOwn(programs, base) ? programs[base] : undefined;
    if (program === undefined) {
      this.#err(`sh: ${name}: not found\n`);
      return 127;
    }
    const read = async (): Promise<string> => input ?? (await this.#rest());
    const complain = (text: string): void => this.#err(text);
    return program({ machine: this.#machine, args, input: read, write, complain, signal: this.#streams.signal });
  }

  /** The file or pipe that a command reads; undefined for the process' own input, null where the file is not there. */
  async #inputOf(command: Command, piped: string | undefined): Promise<string | undefined | null> {
    if (command.input === undefined) return piped;
    const text = this.#machine.files.read(absolute(this.#machine.folder, command.input));
    if (text !== undefined) return text;
    this.#err(`sh: can't open ${command.input}: no such file\n`);
    return null;
  }

  #redirect(output: { readonly path: string; readonly isAppended: boolean }, text: string): boolean {
    const path = absolute(this.#machine.folder, output.path);
    if (path === '/dev/null') return true;
    const before = output.isAppended ? (this.#machine.files.read(path) ?? '') : '';
    const isWritten = this.#machine.files.write(path, before + text);
    if (!isWritten) this.#err(`sh: can't create ${output.path}: no such folder, or too large\n`);
    return isWritten;
  }

  #changeFolder(path: string): number {
    const folder = absolute(this.#machine.folder, path);
    if (!this.#machine.files.isFolder(folder)) {
      this.#err(`sh: cd: can't cd to ${path}: No such file or directory\n`);
      return 1;
    }
    this.#machine.folder = folder;
    return 0;
  }

  async #line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffered.findIndex((byte) => byte === 10 || (this.#streams.isTty && byte === 13));
      if (end >= 0) {
        const line = this.#buffered.subarray(0, end).toString('utf8');
        this.#buffered = this.#buffered.subarray(end + 1);
        return line;
      }
      const more = await this.#streams.read();
      if (more === undefined) {
        const rest = this.#buffered.toString('utf8');
        this.#buffered = Buffer.alloc(0);
        return rest === '' ? undefined : rest;
      }
      if (this.#streams.isTty) this.#echo(more);
      if (this.#streams.isTty && more.includes(4) && this.#buffered.length === 0) return undefined;
      this.#buffered = edited(Buffer.concat([this.#buffered, more]).subarray(0, inputBytesMax), this.#streams.isTty);
    }
  }

  async #rest(): Promise<string> {
    const chunks: Buffer[] = [this.#buffered];
    let bytes = this.#buffered.length;
    this.#buffered = Buffer.alloc(0);
    for (
      let more = await this.#streams.read();
      more !== undefined && bytes < inputBytesMax;
      more = await this.#streams.read()
    ) {
      chunks.push(more);
      bytes += more.length;
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  #echo(bytes: Buffer): void {
    const text = bytes
      .toString('utf8')
      .replaceAll(/[\r\n]/g, '\r\n')
      .replaceAll('\x7f', '\b \b')
      .replaceAll('\x04', '');
    this.#streams.out(Buffer.from(text));
  }

  #out(text: string): void {
    this.#streams.out(Buffer.from(this.#streams.isTty ? text.replaceAll(/\r?\n/g, '\r\n') : text));
  }

  #err(text: string): void {
    const bytes = Buffer.from(this.#streams.isTty ? text.replaceAll(/\r?\n/g, '\r\n') : text);
    if (this.#streams.isTty) this.#streams.out(bytes);
    else this.#streams.err(bytes);
  }
}

/** A terminal's line after its backspaces. */
function edited(bytes: Buffer, isTty: boolean): Buffer {
  if (!isTty || !bytes.includes(127)) return bytes;
  const kept: number[] = [];
  for (const byte of bytes) {
    if (byte === 127) kept.pop();
    else kept.push(byte);
  }
  return Buffer.from(kept);
}
