import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { fileTrouble } from '../std/file-trouble.ts';
import { CliError } from './cli-error.ts';

interface Asked {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/**
 * The context that is asked for, by default the current one, and the kubeconfig that has it, as an absolute path.
 *
 * Looked for as kubectl does: in the file that is named, else in those of `$KUBECONFIG`, else in `~/.kube/config`; an empty variable counts
 * as none. A target is given one file, so that of several which has the context.
 *
 * @throws {CliError} there is no such file or context
 */
export function findContext(
  asked: Asked,
  env: Readonly<Record<string, string | undefined>>,
): { readonly file: string; readonly context: string } {
  const files = kubeconfigFiles(asked, env);
  const read = files.map((file) => ({ file, ...contextsOf(file) }));
  const names = read.flatMap((each) => each.names).map((name) => `\`${name}\``);
  const where = `kubeconfig ${files.map((file) => `\`${file}\``).join(', ')}`;
  const context = asked.context ?? read.find(({ current }) => current !== undefined)?.current;
  if (context === undefined)
    throw new CliError(`${where} has no current context; name one with --context: ${names.join(', ')}`);
  const found = read.find((each) => each.names.includes(context));
  if (found === undefined)
    throw new CliError(`${where} has no context \`${context}\`; it has ${names.join(', ') || 'none'}`);
  return { file: found.file, context };
}

function kubeconfigFiles(options: Asked, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (options.kubeconfig !== undefined) return [resolve(options.kubeconfig)];
  const named = (env.KUBECONFIG ?? '').split(':').filter((file) => file !== '');
  const there = named.filter((file) => existsSync(file));
  const files = there.length > 0 ? there : named.slice(0, 1);
  return (files.length > 0 ? files : [join(homedir(), '.kube', 'config')]).map((file) => resolve(file));
}

function contextsOf(file: string): { readonly names: readonly string[]; readonly current: string | undefined } {
  try {
    const document: unknown = parse(readFileSync(file, 'utf8'));
    const { contexts, 'current-context': current } = (document ?? {}) as Readonly<Record<string, unknown>>;
    const names = (Array.isArray(contexts) ? contexts : []).map((context) => String(context?.name));
    return { names, current: typeof current === 'string' && current !== '' ? current : undefined };
  } catch (error) {
    const advice = (error as NodeJS.ErrnoException).code === 'ENOENT' ? '; name one with --kubeconfig' : '';
    throw new CliError(`kubeconfig \`${file}\` cannot be read: ${fileTrouble(error)}${advice}`);
  }
}
