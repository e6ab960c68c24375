import type { AwsParts } from './bootstrap-aws.ts';
import { awsAuthEntry } from './bootstrap-aws-cli.ts';
import { yamlText } from './bootstrap-text.ts';

/** The same as a template of CloudFormation. */
export function awsCloudFormation({ need, roleName, rolePath, roleArn, trustPolicy, permissions }: AwsParts): string {
  const { eks, trust, access, group, serviceAccount } = need;
  const policies =
    permissions === undefined ? {} : { Policies: [{ PolicyName: 'sallyport', PolicyDocument: permissions }] };
  const role = { 'Fn::GetAtt': ['Role', 'Arn'] };
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `What the gateway needs for the cluster ${eks.cluster} of EKS.`,
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { RoleName: roleName, Path: rolePath, AssumeRolePolicyDocument: trustPolicy, ...policies },
      },
      ...(trust.kind === 'pod-identity'
        ? {
            Association: {
              Type: 'AWS::EKS::PodIdentityAssociation',
              Properties: {
                ClusterName: eks.cluster,
                Namespace: serviceAccount.namespace,
                ServiceAccount: serviceAccount.name,
                RoleArn: role,
              },
            },
          }
        : {}),
      ...(access === 'access-entry'
        ? {
            Entry: {
              Type: 'AWS::EKS::AccessEntry',
              Properties: {
                ClusterName: eks.cluster,
                ['PrincipalArn']: role,
                Type: 'STANDARD',
                KubernetesGroups: [group],
              },
            },
          }
        : {}),
    },
  };
  const text = yamlText(template);
  const named = '# Its role has a name: deploy it with --capabilities CAPABILITY_NAMED_IAM.\n';
  if (access === 'access-entry') return named + text;
  const entry = awsAuthEntry(roleArn, group).map((line) => `#   ${line}\n`);
  return `${named}# Add this to \`mapRoles\` of the ConfigMap \`aws-auth\` in kube-system, beside what is there:\n${entry.join('')}${text}`;
}
