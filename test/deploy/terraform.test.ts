// What `target bootstrap --aws terraform` prints, read by HashiCorp's own parser: the same role, policies and ways in as the CloudFormation template has.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { type Bootstrap, bootstrapFolder } from '../support/bootstrap-folder.ts';
import { terraformResources } from './hcl.ts';

const PROVIDER =
  'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const ROLE = ['--role', 'arn:aws:iam::111122223333:role/gateway'];
const NODE = ['--trust', 'arn:aws:iam::111122223333:role/node'];
const [IAM_ROLE, ENTRY, ASSOCIATION] = ['aws_iam_role', 'aws_eks_access_entry', 'aws_eks_pod_identity_association'];
const FORMS: readonly (readonly [what: string, args: readonly string[], ways: readonly string[]])[] = [
  ['a role that the gateway takes', ['eks', ...NODE], [ENTRY]],
  ['one that is mapped by aws-auth', ['eks', ...NODE, '--aws-auth'], []],
  ['a role by EKS Pod Identity', ['pod', '--trust', 'pod-identity', ...ROLE], [ENTRY, ASSOCIATION]],
  ['a role by IRSA', ['pod', '--trust', `irsa:${PROVIDER}`, ...ROLE], [ENTRY]],
];

let world: Bootstrap;
before(() => {
  world = bootstrapFolder();
});
after(() => world.remove());

const printed = (form: string, args: readonly string[]) => {
  const { status, stdout, stderr } = world.run(...args, '--aws', form);
  assert.equal(status, 0, stderr);
  return stdout;
};
/** The document within an expression `${jsonencode(…)}`. */
const documentIn = (expression: unknown) =>
  JSON.parse(/^\$\{jsonencode\((.*)\)\}$/s.exec(String(expression))?.[1] ?? '');

for (const [what, args, ways] of FORMS)
  test(`${what}: what Terraform reads is what CloudFormation has`, async () => {
    const resources = await terraformResources(printed('terraform', args));
    const template = parse(printed('cloudformation', args)).Resources;
    const found = Object.keys(resources).filter((type) => !type.startsWith('aws_iam_'));
    assert.deepEqual(found.toSorted(), ways);
    const [role] = resources[IAM_ROLE]?.['sallyport'] ?? [];
    const { RoleName, Path, AssumeRolePolicyDocument } = template.Role.Properties;
    assert.deepEqual([role?.['name'], role?.['path']], [RoleName, Path]);
    assert.deepEqual(documentIn(role?.['assume_role_policy']), AssumeRolePolicyDocument);
    const [entry] = resources[ENTRY]?.['sallyport'] ?? [];
    if (entry !== undefined) {
      assert.match(String(entry['principal_arn']), /^\$\{aws_iam_role\.sallyport\.arn\}$/);
      assert.deepEqual(entry['kubernetes_groups'], template.Entry.Properties.KubernetesGroups);
    }
  });

test('caught: a file that Terraform does not read', async () => {
  const [, args] = FORMS[0] as (typeof FORMS)[number];
  await assert.rejects(terraformResources(printed('terraform', args).replace('jsonencode(', 'jsonencode')), /main\.tf/);
});
