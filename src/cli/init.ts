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
export function initCommand(env: Readonly<Record<string, string | undefined>>): Command {
  return new Command('init')
    .description('write a commented sallyport.yaml and a first, read-only policy for a kubeconfig context')
    .option('--kubeconfig <file>', 'the kubeconfig; $KUBECONFIG or ~/.kube/config by default')
    .option('--context <name>', 'the context in it; its current one by default')
    .option('--folder <folder>', 'where to write', '.')
    .option('--issuer <url>', 'the OIDC issuer of your callers’ tokens')
    .option('--audience <audience>', 'the audience that their tokens name', 'sallyport')
    .option('--keys-file <file>', 'a JWKS file with the issuer’s keys, where it has no discovery that the gateway can reach')
    .option('--subject-prefix <prefix>', 'put before each subject, such as `ci:`', '')
    .action((options: Options) => {
      const kubeconfig = resolve(
        options.kubeconfig ?? env.KUBECONFIG?.split(':')[0] ?? join(homedir(), '.kube', 'config'),
      );
      const context = contextOf(kubeconfig, options.context);
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
      process.stdout.write(nextSteps(options));
    });
}

function contextOf(file: string, name: string | undefined): string {
  let document: { 'current-context'?: unknown; contexts?: { name?: unknown }[] } | null;
  try {
    document = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CliError(
      `kubeconfig \`${file}\` cannot be read: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message.split('\n')[0]}`,
    );
  }
  const names = (document?.contexts ?? []).map((context) => String(context.name));
  const found = name ?? document?.['current-context'];
  if (typeof found !== 'string' || !names.includes(found)) {
    throw new CliError(
      `kubeconfig \`${file}\` has no context \`${String(found ?? '')}\`; it has ${names.map((known) => `\`${known}\``).join(', ') || 'none'}`,
    );
  }
  return found;
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
  const issuer =
    options.issuer === undefined
      ? '  1. name your OIDC issuer in sallyport.yaml: `issuers[0].url`\n'
      : '  1. look at sallyport.yaml and policy/first.yaml\n';
  return `wrote ${join(options.folder, 'sallyport.yaml')} and ${join(options.folder, 'policy', 'first.yaml')}\nnext:\n${issuer}  2. sallyport gateway --config sallyport.yaml\n  3. sallyport kubeconfig --config sallyport.yaml --token-file FILE --output kubeconfig.yaml\n`;
}
