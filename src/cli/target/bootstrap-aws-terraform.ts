import type { AwsParts } from './bootstrap-aws.ts';
import { awsAuthEntry } from './bootstrap-aws-cli.ts';

/** The same for Terraform, with the provider `hashicorp/aws` of version 5.33 or newer, which knows access entries. */
export function awsTerraform({ need, roleName, rolePath, roleArn, trustPolicy, permissions }: AwsParts): string {
  const { eks, trust, access, group, serviceAccount } = need;
  const role = 'aws_iam_role.sallyport';
  const blocks = [
    block('aws_iam_role', { name: text(roleName), path: text(rolePath), assume_role_policy: policy(trustPolicy) }),
    ...(permissions === undefined
      ? []
      : [block('aws_iam_role_policy', { name: text('sallyport'), role: `${role}.name`, policy: policy(permissions) })]),
    ...(trust.kind === 'pod-identity'
      ? [
          block('aws_eks_pod_identity_association', {
            cluster_name: text(eks.cluster),
            namespace: text(serviceAccount.namespace),
            service_account: text(serviceAccount.name),
            role_arn: `${role}.arn`,
          }),
        ]
      : []),
    ...(access === 'access-entry'
      ? [
          block('aws_eks_access_entry', {
            cluster_name: text(eks.cluster),
            ['principal_arn']: `${role}.arn`,
            type: text('STANDARD'),
            kubernetes_groups: `[${text(group)}]`,
          }),
        ]
      : []),
  ];
  const entry =
    access === 'access-entry'
      ? []
      : [
          '# Add this to `mapRoles` of the ConfigMap `aws-auth` in kube-system, beside what is there:',
          ...awsAuthEntry(roleArn, group).map((line) => `#   ${line}`),
          '',
        ];
  const head = [
    '# The provider `aws` has to be of the region of the cluster:',
    `#   provider "aws" { region = ${text(eks.region)} }`,
    '',
  ];
  return [...head, ...entry, blocks.join('\n')].join('\n');
}

function block(type: string, parts: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(parts).map((key) => key.length));
  const lines = Object.entries(parts).map(([key, value]) => `  ${key.padEnd(width)} = ${value}`);
  return `resource "${type}" "sallyport" {\n${lines.join('\n')}\n}\n`;
}

/** Source: https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences-1 */
function text(value: string): string {
  return JSON.stringify(value).replaceAll('${', '$${').replaceAll('%{', '%%{');
}

/** JSON is read as an expression of HCL: an object whose keys are quoted. */
function policy(document: object): string {
  return `jsonencode(${JSON.stringify(document, null, 2).replaceAll('${', '$${').replaceAll('%{', '%%{').replaceAll('\n', '\n  ')})`;
}
