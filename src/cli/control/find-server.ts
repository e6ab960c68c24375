/*
 * Which control plane a command asks: the context that is named, else the environment, else the current context. Contexts stand in one file of the person's
 * own; it names files, and holds no token.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileTrouble } from '../../std/file-trouble.ts';
import { CliError } from '../cli-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a control plane is, and with what it is asked. */
export interface ServerPlace {
  readonly server: string;
  readonly tokenFile: string;
  readonly caFile?: string | undefined;
}

/** The file of contexts. */
export interface Contexts {
  readonly current?: string;
  readonly contexts: Readonly<Record<string, ServerPlace>>;
}

/** @throws {CliError} none is named */
export function findServer(env: Environment, context: string | undefined): ServerPlace {
  if (context !== undefined) return named(readContexts(env), context);
  const { SALLYPORT_SERVER: server, SALLYPORT_TOKEN_FILE: tokenFile, SALLYPORT_CA_FILE: caFile } = env;
  if (server !== undefined && server !== '') {
    if (tokenFile === undefined || tokenFile === '')
      throw new CliError(
        'SALLYPORT_SERVER is set and SALLYPORT_TOKEN_FILE is not: name the file that holds your token',
      );
    return { server, tokenFile, caFile: caFile === '' ? undefined : caFile };
  }
  const contexts = readContexts(env);
  if (contexts.current !== undefined) return named(contexts, contexts.current);
  throw new CliError(
    'no control plane is named: set SALLYPORT_SERVER (the console’s address), SALLYPORT_TOKEN_FILE and SALLYPORT_CA_FILE, or `sallyport context set NAME`; a gateway has one where its configuration says `console: { port: … }`',
  );
}

/** The context of this name. @throws {CliError} there is none */
export function named({ contexts }: Contexts, name: string): ServerPlace {
  const found = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(contexts).map((each) => `\`${each}\``);
  throw new CliError(`there is no context \`${name}\`; there is ${names.join(', ') || 'none'}`);
}

/** The contexts of the person; none where there is no file. @throws {CliError} it cannot be read */
export function readContexts(env: Environment): Contexts {
  const file = contextsFile(env);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { contexts: {} };
    throw new CliError(`\`${file}\` cannot be read: ${fileTrouble(error)}`);
  }
  try {
    return JSON.parse(text) as Contexts;
  } catch {
    throw new CliError(`\`${file}\` is not JSON: mend it, or remove it`);
  }
}

/** Writes them, whole or not at all. */
export function writeContexts(env: Environment, contexts: Contexts): void {
  const file = contextsFile(env);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${JSON.stringify(contexts, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function contextsFile(env: Environment): string {
  const folder = env.XDG_CONFIG_HOME ?? '';
  return join(folder === '' ? join(homedir(), '.config') : folder, 'sallyport', 'contexts.json');
}
