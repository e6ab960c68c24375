import { Command, Option } from 'commander';
import type { TargetCheckView } from '../../control/targets/target-check-contract.ts';
import type { RegisteredTargetView, TargetAdd, TargetReplace } from '../../control/targets/target-contract.ts';
import { CliError } from '../cli-error.ts';
import { controlClient } from '../control/client.ts';
import type { Environment } from '../control/find-server.ts';
import { type ControlOptions, print, withControlOptions } from '../control/options.ts';
import { escapeControl } from '../escape-control.ts';
import { fromKubeconfig, readText } from './from-kubeconfig.ts';

interface Options extends ControlOptions {
  readonly reason: string;
  readonly kubeconfig?: string;
  readonly kubeContext?: string;
  readonly server?: string;
  readonly caFile?: string;
  readonly tlsServerName?: string;
  readonly tokenFile?: string;
  readonly clientCertificateFile?: string;
  readonly clientKeyFile?: string;
  readonly eksCluster?: string;
  readonly eksRegion?: string;
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly readerTokenFile?: string;
  readonly reader: boolean;
  readonly upstreamIdentity?: 'caller' | 'credential';
  readonly marked?: boolean;
  readonly podSecrets?: readonly string[];
  readonly replace?: boolean;
  readonly check: boolean;
}

const each = (value: string, before: readonly string[] = []) => [...before, value];

/** `sallyport target add`: registers a target, or with `--replace` makes one another; what files hold is sent and stored, and never read back. */
export function addCommand(env: Environment): Command {
  return withControlOptions(new Command('add'))
    .description(
      'register a target at every gateway on the store, and look at it; what the files hold is sent, stored encrypted, and never read back',
    )
    .argument('<name>', 'its name, in paths, rules and recordings')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--kubeconfig <file>', 'take server, authority and credential from this kubeconfig')
    .option('--kube-context <name>', 'its context; the current one by default')
    .option('--server <url>', 'the API server')
    .option('--ca-file <file>', 'certificates in PEM to trust for it, instead of the system’s')
    .option('--tls-server-name <name>', 'the name that its certificate is checked against, where it is not the host’s')
    .option('--token-file <file>', 'a bearer token')
    .option('--client-certificate-file <file>', 'a client certificate in PEM, with --client-key-file')
    .option('--client-key-file <file>', 'its key in PEM')
    .option('--eks-cluster <name>', 'a cluster of Amazon EKS instead, with --eks-region and --role-arn')
    .option('--eks-region <region>', 'its region')
    .option('--role-arn <arn>', 'the role that the gateway takes for it, one of its `control.targetRoles`')
    .option('--external-id <text>', 'what the role’s trust policy asks for')
    .option('--reader-token-file <file>', 'a bearer token for look-ups alone')
    .option('--no-reader', 'with --replace: without a credential for look-ups from now on')
    .addOption(
      new Option('--upstream-identity <whom>', 'whom the cluster sees; `caller` by default').choices([
        'caller',
        'credential',
      ]),
    )
    .option('--marked', 'whether each caller bears the gateway’s marker at the cluster')
    .option('--pod-secrets <namespace>', 'a namespace whose Secrets are looked up before logs; repeat for more', each)
    .option('--replace', 'change a target that is registered; what is not named stays as it is')
    .option('--no-check', 'do not look at it afterwards')
    .action((name: string, options: Options) => add(env, name, options));
}

async function add(env: Environment, name: string, options: Options): Promise<void> {
  const client = await controlClient(env, options.context);
  const path = `/targets/registered/${encodeURIComponent(name)}`;
  const before = options.replace === true ? ((await client.ask('GET', path)) as RegisteredTargetView) : undefined;
  const body = bodyOf(options, before);
  const kept = (await (before === undefined
    ? client.ask('POST', '/targets/registered', { name, ...body })
    : client.ask('POST', `${path}/replace`, body, { 'if-match': `"${before.version}"` }))) as RegisteredTargetView;
  const checked = options.check
    ? ((await client.ask('POST', `/targets/${encodeURIComponent(name)}/check`)) as TargetCheckView)
    : undefined;
  const { ca: _, ...shown } = kept;
  print(options.output, { id: name, ...shown, ...(checked === undefined ? {} : { checked }) }, () => [
    ['NAME', 'STATE', 'VERSION', 'SERVER'],
    [kept.name, kept.state, String(kept.version), kept.url],
  ]);
  if (checked === undefined || options.output === 'json') return;
  for (const { check, state, message } of checked.checks)
    if (state !== 'ok') process.stderr.write(`look at: ${check}: ${escapeControl(message)}\n`);
}

type Body = TargetReplace;

function bodyOf(options: Options, before: RegisteredTargetView | undefined): Body {
  const given = wayOf(options, before);
  const reader = readerOf(options, before);
  const podSecrets = options.podSecrets ?? before?.podSecrets;
  return {
    reason: options.reason,
    ...given,
    ...(reader === undefined ? {} : { reader }),
    upstreamIdentity: options.upstreamIdentity ?? before?.upstreamIdentity ?? 'caller',
    marked: options.marked ?? before?.marked ?? false,
    ...(podSecrets === undefined ? {} : { podSecrets: [...podSecrets] }),
  };
}

type GivenWay = Pick<Body, 'server' | 'eks' | 'credential'>;

function wayOf(options: Options, before: RegisteredTargetView | undefined): GivenWay {
  const { kubeconfig, kubeContext, eksCluster, eksRegion, roleArn, externalId, server } = options;
  if (kubeconfig !== undefined) return fromKubeconfig(kubeconfig, kubeContext);
  if (eksCluster === undefined && roleArn === undefined)
    return before?.eks !== undefined && server === undefined ? { eks: before.eks } : fromFlags(options, before);
  const [cluster, region, role] = [
    eksCluster ?? before?.eks?.cluster,
    eksRegion ?? before?.eks?.region,
    roleArn ?? before?.eks?.roleArn,
  ];
  if (cluster === undefined || region === undefined || role === undefined)
    throw new CliError('expected --eks-cluster, --eks-region and --role-arn together');
  const id = externalId ?? before?.eks?.externalId;
  return { eks: { cluster, region, roleArn: role, ...(id === undefined ? {} : { externalId: id }) } };
}

function fromFlags(options: Options, before: RegisteredTargetView | undefined): GivenWay {
  const { server, caFile, tlsServerName } = options;
  const url = server ?? before?.url;
  if (url === undefined)
    throw new CliError(
      'name the API server with --server, a kubeconfig with --kubeconfig, or a cluster of EKS with --eks-cluster',
    );
  const isMoved = server !== undefined && server !== before?.url;
  const ca = caFile === undefined ? (isMoved ? undefined : before?.ca) : readText(caFile);
  const checkedName = tlsServerName ?? (isMoved ? undefined : before?.tlsServerName);
  const credential = credentialOf(options);
  if (credential === undefined && before === undefined)
    throw new CliError(
      'name its credential with --token-file, or with --client-certificate-file and --client-key-file',
    );
  return {
    server: {
      url,
      ...(ca === undefined ? {} : { ca }),
      ...(checkedName === undefined ? {} : { tlsServerName: checkedName }),
    },
    ...(credential === undefined ? {} : { credential }),
  };
}

function credentialOf({
  tokenFile,
  clientCertificateFile,
  clientKeyFile,
}: Options): TargetAdd['credential'] | undefined {
  if (tokenFile !== undefined) return { token: readText(tokenFile).trim() };
  if (clientCertificateFile === undefined && clientKeyFile === undefined) return undefined;
  if (clientCertificateFile === undefined || clientKeyFile === undefined)
    throw new CliError('expected --client-certificate-file and --client-key-file together');
  return { clientCertificate: { certificate: readText(clientCertificateFile), key: readText(clientKeyFile) } };
}

function readerOf({ readerTokenFile, reader }: Options, before: RegisteredTargetView | undefined): Body['reader'] {
  if (readerTokenFile !== undefined) return { token: readText(readerTokenFile).trim() };
  return before?.hasReader === true && reader ? {} : undefined;
}
