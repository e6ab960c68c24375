// What `target bootstrap --aws cloudformation` prints, held against AWS' own schemas of resources by cfn-lint.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Bootstrap, bootstrapFolder } from '../support/bootstrap-folder.ts';
import { leftOut } from '../support/left-out.ts';

/** `CFN_LINT` names the program where it is not on the path, as in a Python environment of its own. */
const LINTER = process.env['CFN_LINT'] ?? 'cfn-lint';

const PROVIDER =
  'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const ROLE = ['--role', 'arn:aws:iam::111122223333:role/gateway'];
const FORMS: readonly (readonly [what: string, args: readonly string[]])[] = [
  ['a role that the gateway takes', ['eks', '--trust', 'arn:aws:iam::111122223333:role/node']],
  ['one that is mapped by aws-auth', ['eks', '--trust', 'arn:aws:iam::111122223333:role/node', '--aws-auth']],
  ['a role by EKS Pod Identity', ['pod', '--trust', 'pod-identity', ...ROLE]],
  ['a role by IRSA', ['pod', '--trust', `irsa:${PROVIDER}`, ...ROLE]],
];

if (spawnSync(LINTER, ['--version']).status === 0) suite();
else
  leftOut(
    'CloudFormation against AWS’ own schemas',
    '`pip install cfn-lint`, and CFN_LINT where it is not on the path',
  );

function suite(): void {
  let world: Bootstrap;
  before(() => {
    world = bootstrapFolder();
  });
  after(() => world.remove());

  const template = (args: readonly string[]) => {
    const { status, stdout, stderr } = world.run(...args, '--aws', 'cloudformation');
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const lint = (text: string) => {
    const file = join(world.folder, 'template.yaml');
    writeFileSync(file, text);
    return spawnSync(LINTER, ['--regions', 'eu-west-1', '--', file], { encoding: 'utf8' });
  };

  for (const [what, args] of FORMS) {
    test(`${what}: the linter finds nothing`, () => {
      const { status, stdout, stderr } = lint(template(args));
      assert.deepEqual([status, stdout.trim()], [0, ''], stderr);
    });
  }

  test('caught: a property that there is not', () => {
    const [, args] = FORMS[0] as (typeof FORMS)[number];
    assert.match(lint(template(args).replace('KubernetesGroups', 'KubernetesGroup')).stdout, /E3002/);
  });
}
