import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { type Bootstrap, bootstrapFolder } from '../../../test/support/bootstrap-folder.ts';

let world: Bootstrap;
before(() => {
  world = bootstrapFolder();
});
after(() => world.remove());

const bootstrap = (...args: string[]) => world.run(...args);

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly {
    readonly verbs: readonly string[];
    readonly resources?: readonly string[];
    readonly resourceNames?: readonly string[];
  }[];
  readonly subjects?: readonly { readonly kind: string; readonly name: string }[];
}

function manifests(...args: string[]): readonly Manifest[] {
  const { status, stdout, stderr } = bootstrap(...args);
  assert.equal(status, 0, stderr);
  return parseAllDocuments(stdout).map((document) => document.toJS());
}

const verbsOf = (all: readonly Manifest[]) => all.flatMap(({ rules = [] }) => rules.flatMap(({ verbs }) => verbs));

describe('sallyport target bootstrap', () => {
  test('T67: from 1.36 on there is no old right to impersonate, and one uid that only constrained impersonation names', () => {
    const all = manifests('prod', '--kubernetes', '1.36');
    assert.ok(!verbsOf(all).includes('impersonate'));
    assert.ok(verbsOf(all).includes('impersonate-on:user-info:list'));
    const uids = all.flatMap(({ rules = [] }) => rules).filter(({ resources = [] }) => resources.includes('uids'));
    assert.deepEqual(
      uids.map(({ resourceNames }) => resourceNames),
      [['sallyport:probe']],
    );
  });

  test('T67: before, there is the old right, and none to a uid', () => {
    const all = manifests('prod', '--kubernetes', 'v1.35.4');
    assert.ok(verbsOf(all).includes('impersonate'));
    assert.ok(!verbsOf(all).some((verb) => verb.startsWith('impersonate-on:') || verb.startsWith('impersonate:')));
    assert.ok(!JSON.stringify(all).includes('uids'));
  });

  test('--named lets the gateway act for those whom policy names, and for the probe', () => {
    const [users] = manifests('prod', '--kubernetes', '1.37', '--named').flatMap(({ rules = [] }) => rules);
    assert.deepEqual(users?.resourceNames, ['ci', 'sallyport:probe']);
  });

  test('a target that sees the gateway alone gives it what its callers need, and nobody to impersonate', () => {
    const all = manifests('flat');
    assert.ok(!verbsOf(all).some((verb) => verb.startsWith('impersonate')));
    const subjects = all.flatMap((each) => each.subjects ?? []);
    assert.deepEqual([...new Set(subjects.map(({ kind, name }) => `${kind} ${name}`))], ['ServiceAccount gateway']);
  });

  test('the role of EKS comes in as a group', () => {
    const subjects = manifests('eks', '--kubernetes', '1.35').flatMap((each) => each.subjects ?? []);
    assert.ok(subjects.some(({ kind, name }) => kind === 'Group' && name === 'sallyport-gateway'));
  });

  test('without the cluster’s version nothing is guessed', () => {
    const { status, stderr } = bootstrap('prod');
    assert.equal(status, 2);
    assert.match(stderr, /say the cluster’s version with --kubernetes/);
  });

  test('what it prints comes before the credentials: of the files that the configuration names, those of policy alone must be there', () => {
    const early = bootstrapFolder();
    try {
      rmSync(join(early.folder, 'empty'));
      const { status, stdout, stderr } = early.run('prod', '--kubernetes', '1.37');
      assert.equal(status, 0, stderr);
      assert.equal(stdout, bootstrap('prod', '--kubernetes', '1.37').stdout);
      const proof = early.run('prod', '--kubernetes', '1.37', '--prove');
      assert.equal(proof.status, 2);
      assert.match(proof.stderr, /targets\[0\]\.server\.tokenFile: there is no file/);
      rmSync(join(early.folder, 'policy.yaml'));
      assert.match(early.run('prod', '--kubernetes', '1.37').stderr, /policy\.files\[0\]: there is no file/);
    } finally {
      early.remove();
    }
  });

  test('T63b: the trust policy is of the words that the configuration states, in every form', () => {
    const trust = ['--trust', 'arn:aws:iam::111122223333:role/gateway-pod'];
    const script = bootstrap('eks', '--aws', 'cli', ...trust).stdout;
    const document =
      /--assume-role-policy-document '((?:[^']|'\\'')*)'/.exec(script)?.[1]?.replaceAll("'\\''", "'") ?? '';
    const { Statement } = JSON.parse(document) as { readonly Statement: readonly Readonly<Record<string, unknown>>[] };
    const who = { ['Principal']: { AWS: 'arn:aws:iam::111122223333:role/gateway-pod' } };
    assert.deepEqual(Statement, [
      {
        Effect: 'Allow',
        ...who,
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:RoleSessionName': 'sallyport', 'sts:ExternalId': 'ab-12' } },
      },
      {
        Effect: 'Allow',
        ...who,
        Action: 'sts:SetSourceIdentity',
        Condition: { StringEquals: { 'sts:SourceIdentity': 'gateway' } },
      },
      {
        Effect: 'Allow',
        ...who,
        Action: 'sts:TagSession',
        Condition: {
          StringEquals: { 'aws:RequestTag/team': 'shop' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
        },
      },
    ]);
    assert.match(script, /create-role --role-name sallyport --path \/team\/ /);
    const [template] = parseAllDocuments(bootstrap('eks', '--aws', 'cloudformation', ...trust).stdout).map((each) =>
      each.toJS(),
    );
    assert.deepEqual(template.Resources.Role.Properties.AssumeRolePolicyDocument.Statement, Statement);
    assert.deepEqual(template.Resources.Entry.Properties.KubernetesGroups, ['sallyport-gateway']);
    const terraform = bootstrap('eks', '--aws', 'terraform', ...trust).stdout;
    const policy = /assume_role_policy = jsonencode\((\{[\s\S]*?\n {2}\})\)/.exec(terraform)?.[1] ?? '';
    assert.deepEqual(JSON.parse(policy).Statement, Statement);
  });

  test('a pod has its role from EKS, and takes no other', () => {
    const own = bootstrap(
      'pod',
      '--aws',
      'cli',
      '--trust',
      'pod-identity',
      '--role',
      'arn:aws:iam::111122223333:role/gateway',
    );
    assert.match(own.stdout, /create-pod-identity-association .*--namespace sallyport --service-account gateway/);
    const other = bootstrap('eks', '--aws', 'cli', '--trust', 'pod-identity');
    assert.equal(other.status, 2);
    assert.match(other.stderr, /leave it out/);
  });

  test('IRSA trusts one service account of one provider', () => {
    const provider = 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC';
    const { stdout } = bootstrap(
      'pod',
      '--aws',
      'cli',
      '--trust',
      `irsa:${provider}`,
      '--role',
      'arn:aws:iam::111122223333:role/gateway',
    );
    assert.ok(
      stdout.includes('"oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub":"system:serviceaccount:sallyport:gateway"'),
    );
    assert.ok(stdout.includes('"oidc.eks.eu-west-1.amazonaws.com/id/ABC:aud":"sts.amazonaws.com"'));
  });

  test('T86: aws-auth maps the role without its path, to a user name in which nobody can put anything', () => {
    const { stdout } = bootstrap('eks', '--aws', 'cli', '--trust', 'arn:aws:iam::111122223333:role/x', '--aws-auth');
    assert.match(stdout, /rolearn: arn:aws:iam::111122223333:role\/sallyport\n/);
    assert.ok(!stdout.includes('{{'));
  });
});
