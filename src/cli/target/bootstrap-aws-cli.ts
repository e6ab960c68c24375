import type { AwsParts } from './bootstrap-aws.ts';

/** The same as a shell script of the AWS command line. */
export function awsCli({ need, roleName, rolePath, roleArn, trustPolicy, permissions }: AwsParts): string {
  const { eks, trust, access, group, serviceAccount } = need;
  const where = `--region ${eks.region}${eks.fips ? ' --use-fips-endpoint' : ''}`;
  return [
    '#!/bin/sh',
    `# What the gateway needs in AWS for the cluster ${eks.cluster} of EKS.`,
    'set -eu',
    '',
    `aws iam create-role --role-name ${quoted(roleName)} --path ${quoted(rolePath)} --assume-role-policy-document ${json(trustPolicy)}`,
    ...(permissions === undefined
      ? []
      : [
          `aws iam put-role-policy --role-name ${quoted(roleName)} --policy-name sallyport --policy-document ${json(permissions)}`,
        ]),
    ...(trust.kind === 'pod-identity'
      ? [
          `aws eks create-pod-identity-association ${where} --cluster-name ${quoted(eks.cluster)} --namespace ${quoted(serviceAccount.namespace)} --service-account ${quoted(serviceAccount.name)} --role-arn ${quoted(roleArn)}`,
        ]
      : []),
    ...(access === 'access-entry'
      ? [
          `aws eks create-access-entry ${where} --cluster-name ${quoted(eks.cluster)} --type STANDARD --principal-arn ${quoted(roleArn)} --kubernetes-groups ${quoted(group)}`,
        ]
      : [
          '# Add this to `mapRoles` of the ConfigMap `aws-auth` in kube-system, beside what is there (kubectl -n kube-system edit configmap aws-auth):',
          ...awsAuthEntry(roleArn, group).map((line) => `#   ${line}`),
        ]),
    '',
  ].join('\n');
}

/**
 * The role as `mapRoles` of `aws-auth` has it: without its path, which aws-iam-authenticator does not see, and with a user name in which nobody can put anything.
 *
 * Source: https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/v0.6.13/README.md#full-configuration-format
 */
export function awsAuthEntry(roleArn: string, group: string): readonly string[] {
  const bare = roleArn.replace(/:role\/.*\//, ':role/');
  return [`- rolearn: ${bare}`, '  username: sallyport-gateway', `  groups: [${group}]`];
}

function json(policy: object): string {
  return quoted(JSON.stringify(policy));
}

/** For a shell: nothing in it is anything but itself. */
function quoted(text: string): string {
  return /^[A-Za-z0-9_./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
