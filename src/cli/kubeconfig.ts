import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import type { Config } from '../config/load.ts';
import { CliError } from './cli-error.ts';
import { escapeControl } from './escape-control.ts';
import { readConfig } from './read-config.ts';
import { assertOneSource, EXEC_APIS, type ExecApi, type TokenSource, withTokenOptions } from './token.ts';
import { tokenNote } from './token-note.ts';

interface Options extends TokenSource {
  readonly config: string;
  readonly target?: string;
  readonly server?: string;
  readonly caFile?: string;
  readonly embedCa?: boolean;
  readonly namespace?: string;
  readonly execApi?: ExecApi;
  readonly output?: string;
}

/** How this very program is run again, as absolute paths. */
export interface OwnCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** `sallyport kubeconfig`. */
export function kubeconfigCommand(
  own: OwnCommand,
  say = (line: string) => void process.stderr.write(`sallyport: ${escapeControl(line)}\n`),
): Command {
  const command = new Command('kubeconfig')
    .option('--config <file>', 'the gateway’s configuration', 'sallyport.yaml')
    .option('--target <name>', 'the target; may be left out where there is only one')
    .option(
      '--server <url>',
      'where callers reach the gateway, if not at its listening address; a host name or port of the target’s own has no path',
    )
    .option('--ca-file <file>', 'the certificate authority that callers trust; the gateway’s own local CA by default')
    .option('--embed-ca', 'put the certificates into the kubeconfig, for another machine')
    .addOption(
      new Option(
        '--exec-api <version>',
        'write a credential plugin of this version; without it, `tokenFile` for a token file, else `v1`',
      ).choices(EXEC_APIS),
    )
    .option('-n, --namespace <namespace>', 'namespace of the context')
    .option('-o, --output <file>', 'file to write, with mode 0600; standard output by default');
  return withTokenOptions(command).action((options: Options) => {
    const text = stringify(kubeconfig(options, own));
    // Of another machine it is not known what is there.
    const { tokenFile, embedCa = false } = options;
    const note = tokenFile === undefined || embedCa ? undefined : tokenNote(tokenFile);
    if (options.output === undefined) process.stdout.write(text);
    else writeFileSync(options.output, text, { mode: 0o600 });
    if (note !== undefined) say(note);
  });
}

function kubeconfig(options: Options, own: OwnCommand): unknown {
  assertOneSource(options);
  const config = readConfig(options.config);
  const name = targetName(options, config);
  const caFile =
    options.caFile ?? (config.tls.certificateFile === undefined ? join(config.dataFolder, 'ca.crt') : undefined);
  const context = `sallyport-${name}`;
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [
      {
        name: context,
        cluster: { server: serverUrl(options, config, name), ...authority(caFile, options.embedCa ?? false) },
      },
    ],
    contexts: [
      {
        name: context,
        context: {
          cluster: context,
          user: context,
          ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
        },
      },
    ],
    users: [{ name: context, user: user(options, own) }],
  };
}

function targetName(options: Options, config: Config): string {
  const names = config.targets.map((target) => target.name);
  const name = options.target ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined || !names.includes(name)) {
    const known = names.map((each) => `\`${each}\``).join(', ') || 'none';
    throw new CliError(
      options.target === undefined
        ? `name a target with --target: ${known}`
        : `there is no target \`${options.target}\`; there is ${known}`,
    );
  }
  return name;
}

function serverUrl(options: Options, config: Config, name: string): string {
  if (options.server !== undefined) {
    if (!URL.canParse(options.server) || new URL(options.server).protocol !== 'https:')
      throw new CliError(
        `--server is \`${options.server}\`; expected an https URL, such as https://gateway.example.com`,
      );
    return isOwnOf(name, new URL(options.server), config)
      ? options.server
      : `${options.server.replace(/\/$/, '')}/k8s/${name}`;
  }
  if (config.listen.port === 0)
    throw new CliError('the configuration lets the system pick a port; say where the gateway is with --server');
  const address = ['0.0.0.0', '::'].includes(config.listen.address) ? '127.0.0.1' : config.listen.address;
  const gateway = `https://${address.includes(':') ? `[${address}]` : address}`;
  // Programs that make absolute paths (`kubectl proxy`) lose a path in the server's URL, so what has none goes first.
  const { port, hostNames } = config.targets.find((each) => each.name === name) ?? { hostNames: [] };
  if (port !== undefined && port !== 0) return `${gateway}:${port}`;
  if (hostNames[0] !== undefined) return `https://${hostNames[0]}:${config.listen.port}`;
  return `${gateway}:${config.listen.port}/k8s/${name}`;
}

/** Whether the URL leads to this target alone, by a host name or port of its own: what is reached so has no path prefix. */
function isOwnOf(name: string, { hostname, port }: URL, config: Config): boolean {
  const target = config.targets.find((each) => each.name === name);
  return (
    target !== undefined &&
    (target.hostNames.includes(hostname) || (target.port !== undefined && String(target.port) === port))
  );
}

function authority(caFile: string | undefined, isEmbedded: boolean): Record<string, string> {
  if (caFile === undefined) return {};
  const file = resolve(caFile);
  try {
    const pem = readFileSync(file);
    return isEmbedded ? { 'certificate-authority-data': pem.toString('base64') } : { 'certificate-authority': file };
  } catch {
    throw new CliError(
      `there is no certificate authority at \`${file}\`; it is made when the gateway first starts, or name one with --ca-file`,
    );
  }
}

/** A token file is named as such: clients read it themselves, and anew as it changes; a program of ours each time would take 0.3 s. */
function user(options: Options, own: OwnCommand): unknown {
  if (options.tokenFile !== undefined && options.execApi === undefined)
    return { tokenFile: resolve(options.tokenFile) };
  return { exec: execPlugin(options, own) };
}

function execPlugin(options: Options, own: OwnCommand): unknown {
  const flags: [string, string | undefined][] = [
    ['--token-file', options.tokenFile && resolve(options.tokenFile)],
    ['--token-env', options.tokenEnv],
    ['--token-url', options.tokenUrl],
    ['--client-id', options.clientId],
    ['--client-secret-file', options.clientSecretFile && resolve(options.clientSecretFile)],
    ['--audience', options.audience],
    ['--scope', options.scope],
  ];
  const version = options.execApi ?? 'v1';
  const given = flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
  if (version !== 'v1') given.push('--exec-api', version);
  return {
    apiVersion: `client.authentication.k8s.io/${version}`,
    interactiveMode: 'Never',
    command: own.command,
    args: [...own.args, 'token', ...(options.githubActions ? ['--github-actions'] : []), ...given],
  };
}
