import { Command, Option } from 'commander';
import type { Config } from '../../config/load.ts';
import type { Catalog } from '../../policy/analysis/space.ts';
import { type RbacNeeded, rbacNeeded } from '../../policy/rbac-export/rbac-needed.ts';
import { CliError } from '../cli-error.ts';
import { catalogOf } from '../policy/catalog.ts';
import { readRulesOf } from '../policy/read-policies.ts';
import { readConfig } from '../read-config.ts';
import { type AwsForm, type AwsNeed, type AwsTrust, awsText } from './bootstrap-aws.ts';
import { type Account, bootstrapObjects } from './bootstrap-objects.ts';
import { bootstrapText } from './bootstrap-text.ts';

/** By which right the cluster lets the gateway act for callers, or why that could not be told. */
export type Impersonation = 'constrained' | 'also-legacy' | 'legacy' | { readonly failed: string };

/** What the command asks of clusters. */
export interface BootstrapPorts {
  readonly powerOf: Catalog['powerOf'];
  /** The version that a cluster says it has, such as `1.37`. */
  readonly versionOf: (kubeconfig: string | undefined, context: string | undefined) => Promise<string>;
  /** Asks the target, with the gateway’s own credential. */
  readonly proveImpersonation: (config: Config, target: string) => Promise<Impersonation>;
}

interface Options {
  readonly config: string;
  readonly kubernetes?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace: string;
  readonly gatewayAccount?: string;
  readonly gatewayGroup?: string;
  readonly named?: boolean;
  readonly apiGroup: readonly string[];
  readonly aws?: AwsForm;
  readonly trust?: string;
  readonly role?: string;
  readonly account?: string;
  readonly awsAuth?: boolean;
  readonly prove?: boolean;
}

const each = (value: string, before: readonly string[]) => [...before, value];

/** `sallyport target bootstrap`: prints what a person applies; nothing is changed anywhere. */
export function bootstrapCommand(ports: BootstrapPorts): Command {
  return new Command('bootstrap')
    .description(
      'print the least RBAC that a target’s gateway, reader and callers need, from configuration and policy together, to be applied by a person; nothing is changed',
    )
    .argument('[target]', 'may be left out where there is only one')
    .option('--config <file>', 'the gateway’s configuration', 'sallyport.yaml')
    .option('--kubernetes <version>', 'the cluster’s version, such as 1.35; from 1.36 on impersonation is constrained')
    .option('--context <name>', 'ask the version of the cluster of a kubeconfig’s context')
    .option('--kubeconfig <file>', 'that kubeconfig; $KUBECONFIG or ~/.kube/config by default')
    .option('-n, --namespace <namespace>', 'namespace of the gateway’s and the reader’s service accounts', 'sallyport')
    .option('--gateway-account <name>', 'the service account that the gateway comes in as; `gateway` by default')
    .option('--gateway-group <group>', 'the group that it comes in as instead; `sallyport-gateway` for EKS')
    .option('--named', 'let the gateway act for the users and groups that policy names, and for nobody else')
    .option('--api-group <group>', 'an API group that `apiGroups: ["*"]` is to reach; may be given again', each, [])
    .addOption(
      new Option('--aws <form>', 'print what EKS needs in AWS instead').choices([
        'cli',
        'cloudformation',
        'terraform',
      ] satisfies AwsForm[]),
    )
    .option('--trust <who>', 'with --aws: who takes the role: an ARN, `pod-identity`, or `irsa:PROVIDER_ARN`')
    .option('--role <arn>', 'with --aws: the role that EKS gives the pod, where the target has no `eks.roleArn`')
    .option('--account <id>', 'with --aws: the AWS account of the cluster; the role’s by default')
    .option('--aws-auth', 'with --aws: map the role in the ConfigMap `aws-auth` instead of by an access entry')
    .option(
      '--prove',
      'ask the target by which right the gateway acts for callers; exit code 1 unless it is the one that is printed',
    )
    .action(async (name: string | undefined, options: Options) => {
      // What is printed gives the gateway its credentials: their files need not be there before.
      const config = readConfig(options.config, options.prove === true ? 'all' : 'policy');
      const target = targetNamed(config, name);
      if (options.aws !== undefined) process.stdout.write(awsText(awsNeed(target, options), options.aws));
      else if (options.prove === true) await prove(ports, config, target, options);
      else await print(ports, config, target, options);
    });
}

type Target = Config['targets'][number];

function targetNamed({ targets }: Config, name: string | undefined): Target {
  const target = name === undefined && targets.length === 1 ? targets[0] : targets.find((each) => each.name === name);
  if (target !== undefined) return target;
  const known = targets.map((each) => `\`${each.name}\``).join(', ');
  throw new CliError(name === undefined ? `name a target: ${known}` : `there is no target \`${name}\`: ${known}`);
}

async function print(ports: BootstrapPorts, config: Config, target: Target, options: Options): Promise<void> {
  const impersonation = await impersonationOf(ports, target, options);
  const needed = neededFor(ports, config, target, options);
  const isNamed = options.named === true;
  if (isNamed && needed.named === undefined)
    throw new CliError(
      '--named wants rules that name each caller as a subject, without `*`: groups and issuers alone do not say who somebody is',
    );
  const gateway = accountOf(target, options);
  const reader = target.reader === undefined ? gateway : readerAccount(options);
  const manifests = bootstrapObjects({ needed, gateway, reader, impersonation, isNamed, isMarked: target.marked });
  const head = [
    `What the gateway needs in the cluster of target \`${target.name}\`, from its configuration and policy: \`sallyport target bootstrap\`.`,
  ];
  process.stdout.write(bootstrapText([...head, ...needed.leftOut], manifests));
  for (const text of needed.leftOut) process.stderr.write(`look at: ${text}\n`);
}

function neededFor({ powerOf }: BootstrapPorts, config: Config, target: Target, options: Options): RbacNeeded {
  return rbacNeeded(readRulesOf(config), {
    target: target.name,
    catalog: catalogOf(powerOf),
    apiGroups: options.apiGroup,
    healthPaths: config.openHealthPaths ? ['/healthz', '/livez', '/livez/*', '/readyz', '/readyz/*'] : [],
    podSecrets: target.podSecrets ?? [],
  });
}

async function impersonationOf(
  { versionOf }: Pick<BootstrapPorts, 'versionOf'>,
  { upstreamIdentity }: Target,
  { kubernetes, context, kubeconfig }: Options,
): Promise<'constrained' | 'legacy' | 'none'> {
  if (upstreamIdentity === 'credential') return 'none';
  const isAsked = context !== undefined || kubeconfig !== undefined;
  if ((kubernetes === undefined) === !isAsked)
    throw new CliError('say the cluster’s version with --kubernetes, or name it with --context, to be asked');
  const version = kubernetes ?? (await versionOf(kubeconfig, context));
  const minor = /^v?1\.(\d{1,3})\b/.exec(version)?.[1];
  if (minor === undefined) throw new CliError(`the version is \`${version}\`; expected one such as 1.35`);
  return Number(minor) >= CONSTRAINED_SINCE ? 'constrained' : 'legacy';
}

/** Source: KEP-5284, on by default in its beta */
const CONSTRAINED_SINCE = 36;

function accountOf({ eks }: Target, { namespace, gatewayAccount, gatewayGroup }: Options): Account {
  const group = gatewayGroup ?? (eks === undefined || gatewayAccount !== undefined ? undefined : EKS_GROUP);
  if (group !== undefined && gatewayAccount !== undefined)
    throw new CliError('expected one of --gateway-account and --gateway-group');
  if (group !== undefined) return { kind: 'Group', name: group };
  return { kind: 'ServiceAccount', name: gatewayAccount ?? 'gateway', namespace };
}

const EKS_GROUP = 'sallyport-gateway';

function readerAccount({ namespace }: Options): Account {
  return { kind: 'ServiceAccount', name: 'reader', namespace };
}

function awsNeed({ name, eks }: Target, options: Options): AwsNeed {
  const { trust, role, account, awsAuth, gatewayGroup, namespace, gatewayAccount } = options;
  if (eks === undefined) throw new CliError(`target \`${name}\` is no cluster of EKS`);
  if (trust === undefined)
    throw new CliError('say who takes the role with --trust: an ARN, `pod-identity`, or `irsa:PROVIDER_ARN`');
  return {
    eks,
    trust: trustOf(trust, `system:serviceaccount:${namespace}:${gatewayAccount ?? 'gateway'}`),
    role,
    account,
    access: awsAuth === true ? 'aws-auth' : 'access-entry',
    group: gatewayGroup ?? EKS_GROUP,
    serviceAccount: { namespace, name: gatewayAccount ?? 'gateway' },
  };
}

function trustOf(trust: string, subject: string): AwsTrust {
  if (trust === 'pod-identity') return { kind: 'pod-identity' };
  const provider = /^irsa:(arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/(\S+))$/.exec(trust);
  if (provider !== null)
    return { kind: 'irsa', provider: provider[1] as string, issuer: provider[2] as string, subject };
  if (/^arn:aws[a-z-]*:(iam|sts)::\d{12}:\S+$/.test(trust)) return { kind: 'principal', arn: trust };
  throw new CliError(
    `--trust is \`${trust}\`; expected an ARN, \`pod-identity\`, or \`irsa:\` and the ARN of an OIDC provider`,
  );
}

async function prove(ports: BootstrapPorts, config: Config, target: Target, options: Options): Promise<void> {
  const wanted = await impersonationOf(ports, target, options);
  if (wanted === 'none')
    throw new CliError(`target \`${target.name}\` is reached as the gateway itself: nobody is impersonated`);
  const found = await ports.proveImpersonation(config, target.name);
  if (typeof found !== 'string') throw new CliError(`target \`${target.name}\` could not be asked: ${found.failed}`);
  process.stdout.write(`${SAID[found]}\n`);
  process.exitCode = found === wanted ? 0 : 1;
}

const SAID: Readonly<Record<Exclude<Impersonation, object>, string>> = {
  constrained:
    'constrained impersonation is in force: the gateway may do on behalf of callers what it was given, and nothing by the old right',
  'also-legacy':
    'constrained impersonation works, and the gateway has the old right to impersonate as well, which makes every limit decoration: take it away',
  legacy: 'the gateway acts for callers by the old right to impersonate: what it may do on their behalf is not limited',
};
