/*
 * What EKS needs in AWS, in the form that a person applies. The role may be taken by whom `--trust` names, under the session name, external id, tags and source identity that
 * the configuration states and no others; it may describe the one cluster, where the configuration does not say where that is; in the cluster it is a group, without any
 * access policy of EKS' own.
 *
 * Source: https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
 */
import type { Config } from '../../config/load.ts';
import { CliError } from '../cli-error.ts';
import { awsCli } from './bootstrap-aws-cli.ts';
import { awsCloudFormation } from './bootstrap-aws-cloudformation.ts';
import { awsTerraform } from './bootstrap-aws-terraform.ts';

export type AwsForm = 'cli' | 'cloudformation' | 'terraform';

/** Who may take the role. */
export type AwsTrust =
  | { readonly kind: 'principal'; readonly arn: string }
  | { readonly kind: 'pod-identity' }
  | { readonly kind: 'irsa'; readonly provider: string; readonly issuer: string; readonly subject: string };

export interface AwsNeed {
  readonly eks: NonNullable<Config['targets'][number]['eks']>;
  readonly trust: AwsTrust;
  /** The role that is made, where the configuration names none: the pod’s own. */
  readonly role: string | undefined;
  /** The account of the cluster; the role’s where it is not given. */
  readonly account: string | undefined;
  readonly access: 'access-entry' | 'aws-auth';
  /** The group that the role is in the cluster. */
  readonly group: string;
  readonly serviceAccount: { readonly namespace: string; readonly name: string };
}

/** A policy document of IAM. */
export interface AwsPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly object[];
}

/** The parts that every form writes in its own way. */
export interface AwsParts {
  readonly need: AwsNeed;
  readonly roleName: string;
  /** Begins and ends with `/`. */
  readonly rolePath: string;
  readonly roleArn: string;
  readonly trustPolicy: AwsPolicy;
  /** Undefined where nothing of AWS is asked. */
  readonly permissions: AwsPolicy | undefined;
}

/** @throws {CliError} the configuration names no role */
export function awsText(need: AwsNeed, form: AwsForm): string {
  const parts = partsOf(need);
  switch (form) {
    case 'cli':
      return awsCli(parts);
    case 'cloudformation':
      return awsCloudFormation(parts);
    case 'terraform':
      return awsTerraform(parts);
    default:
      return form satisfies never;
  }
}

function partsOf(need: AwsNeed): AwsParts {
  const { eks, account } = need;
  const roleArn = madeRole(need);
  const role = /^arn:(aws[a-z-]*):iam::(\d{12}):role(\/(?:.*\/)?)([^/]+)$/.exec(roleArn);
  if (role === null) throw new CliError(`the role is \`${roleArn}\`; expected arn:aws:iam::ACCOUNT:role/NAME`);
  const [, partition, roleAccount, rolePath = '/', roleName = ''] = role;
  const cluster = `arn:${partition}:eks:${eks.region}:${account ?? roleAccount}:cluster/${eks.cluster}`;
  const isFound = eks.server === undefined;
  return {
    need,
    roleName,
    rolePath,
    roleArn,
    trustPolicy: { Version: '2012-10-17', Statement: trustStatements(eks, need.trust) },
    permissions: isFound
      ? { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'eks:DescribeCluster', Resource: cluster }] }
      : undefined,
  };
}

/** A pod has its own role from EKS; one that the gateway takes by itself trusts who the gateway is. */
function madeRole({ eks, trust, role }: AwsNeed): string {
  if (trust.kind === 'principal') {
    if (role !== undefined && role !== eks.roleArn)
      throw new CliError('the role that the gateway takes is named by `eks.roleArn` of the target, not by --role');
    if (eks.roleArn !== undefined) return eks.roleArn;
    throw new CliError(
      'name the role that the gateway takes in `eks.roleArn` of the target: arn:aws:iam::ACCOUNT:role/NAME',
    );
  }
  if (eks.roleArn !== undefined)
    throw new CliError(
      'EKS gives the pod its role, and `eks.roleArn` would have the gateway take another: leave it out and name the pod’s with --role, or name who takes it with --trust ARN',
    );
  if (role === undefined)
    throw new CliError('name the role that the pod is to have with --role arn:aws:iam::ACCOUNT:role/NAME');
  return role;
}

/** IAM's word for whom a statement is about. */
const WHO = 'Principal';

function trustStatements(eks: AwsNeed['eks'], trust: AwsTrust): readonly object[] {
  switch (trust.kind) {
    case 'principal':
      return takenBy(eks, trust.arn);
    case 'pod-identity':
      return [
        {
          Effect: 'Allow',
          [WHO]: { Service: 'pods.eks.amazonaws.com' },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
        },
      ];
    case 'irsa':
      return [
        {
          Effect: 'Allow',
          [WHO]: { Federated: trust.provider },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: { [`${trust.issuer}:sub`]: trust.subject, [`${trust.issuer}:aud`]: 'sts.amazonaws.com' },
          },
        },
      ];
    default:
      return trust satisfies never;
  }
}

/** Each action with the words that the configuration states, and no others. */
function takenBy({ sessionName, externalId, sourceIdentity, tags }: AwsNeed['eks'], arn: string): readonly object[] {
  const who = { [WHO]: { AWS: arn } };
  const named = {
    'sts:RoleSessionName': sessionName,
    ...(externalId === undefined ? {} : { 'sts:ExternalId': externalId }),
  };
  const keys = Object.keys(tags);
  const tagged = Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value]));
  return [
    { Effect: 'Allow', ...who, Action: 'sts:AssumeRole', Condition: { StringEquals: named } },
    ...(sourceIdentity === undefined
      ? []
      : [
          {
            Effect: 'Allow',
            ...who,
            Action: 'sts:SetSourceIdentity',
            Condition: { StringEquals: { 'sts:SourceIdentity': sourceIdentity } },
          },
        ]),
    ...(keys.length === 0
      ? []
      : [
          {
            Effect: 'Allow',
            ...who,
            Action: 'sts:TagSession',
            Condition: { StringEquals: tagged, 'ForAllValues:StringEquals': { 'aws:TagKeys': keys } },
          },
        ]),
  ];
}
