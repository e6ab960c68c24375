import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { isExampleUrl } from '../std/example-url.ts';
import { isTrustedUrl } from '../std/trusted-url.ts';
import { CliError } from './cli-error.ts';
import { findContext } from './find-context.ts';
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

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How a person types this program: `sallyport`, or `npm start --` in a clone. */
  readonly typed: string;
  readonly say?: (text: string) => void;
}

/** `sallyport init`: a commented configuration and a first, read-only policy, for a context of a kubeconfig. Nothing is overwritten. */
export function initCommand({ env, typed, say = (text) => process.stdout.write(text) }: Surroundings): Command {
  return new Command('init')
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
      const { file: kubeconfig, context } = findContext(options, env);
      assertUsable(options);
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
      if (taken.length > 0) {
        const [exist, left] = taken.length > 1 ? ['exist', 'are left as they are'] : ['exists', 'is left as it is'];
        throw new CliError(`${taken.map((file) => `\`${file}\``).join(' and ')} ${exist} already and ${left}`);
      }
      mkdirSync(join(options.folder, 'policy'), { recursive: true });
      for (const [file, text] of files) writeFileSync(join(options.folder, file), text, { flag: 'wx' });
      say(nextSteps(options, typed, targetName(context)));
    });
}

/** What the gateway would refuse at its start is refused before anything is written. */
function assertUsable({ issuer, keysFile }: Options): void {
  if (keysFile !== undefined && !existsSync(keysFile))
    throw new CliError(`there is no file \`${keysFile}\` (--keys-file)`);
  if (issuer === undefined) return;
  if (!URL.canParse(issuer) || !/^https?:$/.test(new URL(issuer).protocol))
    throw new CliError(`--issuer is \`${issuer}\`; expected a URL: the \`iss\` claim of your callers’ tokens`);
  if (isExampleUrl(issuer))
    throw new CliError(
      `--issuer is \`${issuer}\`, an example and nobody’s: expected the \`iss\` claim of your callers’ tokens`,
    );
  if (keysFile === undefined && !isTrustedUrl(issuer))
    throw new CliError(
      `--issuer is \`${issuer}\`; keys are fetched over https, or http on loopback (or name a --keys-file)`,
    );
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

function nextSteps(options: Options, typed: string, target: string): string {
  const config = join(options.folder, 'sallyport.yaml');
  const policy = join(options.folder, 'policy', 'first.yaml');
  const ca = join(options.folder, '.sallyport', 'ca.crt');
  const first =
    options.issuer === undefined
      ? `name your OIDC issuer in ${config}, at \`issuers[0].url\``
      : `look at ${config} and ${policy}`;
  return `wrote ${config} and ${policy}
next:
  1. ${first}
  2. ${typed} gateway --config ${config}
  3. ${typed} kubeconfig --config ${config} --token-file FILE --output kubeconfig.yaml
\`who\`, \`grants\`, \`approvals\`, \`explain\` and \`run\` ask the control plane, which is off: for them, uncomment \`console\` in ${config}, and then
  ${typed} context set ${target} --server https://localhost:8444 --token-file FILE --ca-file ${ca}
`;
}
