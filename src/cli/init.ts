import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { parse } from 'yaml';
import { CliError } from './cli-error.ts';
import { CONFIG_TEMPLATE, POLICY_TEMPLATE } from './init-templates.ts';

interface Options {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly folder: string;
  readonly issuer?: string;
  readonly audience: string;
  readonly keysFile?: string;
  readonly subjectPrefix: string;
}

/** `sallyport init`: a commented configuration and a first, read-only policy, for a context of a kubeconfig. Nothing is overwritten. */
export function initCommand(
  env: Readonly<Record<string, string | undefined>>,
  say: (text: string) => void = (text) => process.stdout.write(text),
): Command {
  return new Command('init')
    .description('write a commented sallyport.yaml and a first, read-only policy for a kubeconfig context')
    .option('--kubeconfig <file>', 'the kubeconfig; $KUBECONFIG or ~/.kube/config by default')
    .option('--context <name>', 'the context in it; its current one by default')
    .option('--folder <folder>', 'where to write', '.')
    .option('--issuer <url>', 'the OIDC issuer of your callers’ tokens')
    .option('--audience <audience>', 'the audience that their tokens name', 'sallyport')
    .option(
      '--keys-file <file>',
      'a JWKS file with the issuer’s keys, where it has no discovery that the gateway can reach',
    )
    .option('--subject-prefix <prefix>', 'put before each subject, such as `ci:`', '')
    .action((options: Options) => {
      const { file: kubeconfig, context } = findContext(kubeconfigFiles(options, env), options.context);
      if (options.keysFile !== undefined && !existsSync(options.keysFile))
        throw new CliError(`there is no file \`${options.keysFile}\` (--keys-file)`);
      const files = [
        [
          'sallyport.yaml',
          CONFIG_TEMPLATE({
            kubeconfig,
            context,
            target: targetName(context),
            issuer: options.issuer,
            audience: options.audience,
            keysFile: options.keysFile === undefined ? undefined : resolve(options.keysFile),
            subjectPrefix: options.subjectPrefix,
          }),
        ],
        [join('policy', 'first.yaml'), POLICY_TEMPLATE({ target: targetName(context) })],
      ] as const;
      const taken = files.map(([file]) => join(options.folder, file)).filter((file) => existsSync(file));
      if (taken.length > 0)
        throw new CliError(`${taken.map((file) => `\`${file}\``).join(' and ')} exists already and is left as it is`);
      mkdirSync(join(options.folder, 'policy'), { recursive: true });
      for (const [file, text] of files) writeFileSync(join(options.folder, file), text, { flag: 'wx' });
      say(nextSteps(options));
    });
}

function kubeconfigFiles(options: Options, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (options.kubeconfig !== undefined) return [resolve(options.kubeconfig)];
  const named = (env.KUBECONFIG ?? '').split(':').filter((file) => file !== '');
  const there = named.filter((file) => existsSync(file));
  const files = there.length > 0 ? there : named.slice(0, 1);
  return (files.length > 0 ? files : [join(homedir(), '.kube', 'config')]).map((file) => resolve(file));
}

/** The context, and which of the files has it: `$KUBECONFIG` may name several, of which the gateway is given one. */
function findContext(
  files: readonly string[],
  asked: string | undefined,
): { readonly file: string; readonly context: string } {
  const read = files.map((file) => ({ file, ...contextsOf(file) }));
  const names = read.flatMap((each) => each.names).map((name) => `\`${name}\``);
  const where = `kubeconfig ${files.map((file) => `\`${file}\``).join(', ')}`;
  const context = asked ?? read.find(({ current }) => current !== undefined)?.current;
  if (context === undefined)
    throw new CliError(`${where} has no current context; name one with --context: ${names.join(', ')}`);
  const found = read.find((each) => each.names.includes(context));
  if (found === undefined)
    throw new CliError(`${where} has no context \`${context}\`; it has ${names.join(', ') || 'none'}`);
  return { file: found.file, context };
}

function contextsOf(file: string): { readonly names: readonly string[]; readonly current: string | undefined } {
  try {
    const document: unknown = parse(readFileSync(file, 'utf8'));
    const { contexts, 'current-context': current } = (document ?? {}) as Readonly<Record<string, unknown>>;
    const names = (Array.isArray(contexts) ? contexts : []).map((context) => String(context?.name));
    return { names, current: typeof current === 'string' && current !== '' ? current : undefined };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CliError(`kubeconfig \`${file}\` cannot be read: ${code ?? message.split('\n')[0]}`);
  }
}

function targetName(context: string): string {
  const name = context
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(-63)
    .replace(/^-+/, '');
  return name === '' ? 'cluster' : name;
}

function nextSteps(options: Options): string {
  const config = join(options.folder, 'sallyport.yaml');
  const policy = join(options.folder, 'policy', 'first.yaml');
  const first =
    options.issuer === undefined
      ? `name your OIDC issuer in ${config}, at \`issuers[0].url\``
      : `look at ${config} and ${policy}`;
  return `wrote ${config} and ${policy}
next:
  1. ${first}
  2. sallyport gateway --config ${config}
  3. sallyport kubeconfig --config ${config} --token-file FILE --output kubeconfig.yaml
`;
}
