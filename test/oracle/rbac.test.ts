import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { powerOf } from '../../src/connectors/kubernetes/powers.ts';
import { mustBeNamed } from '../../src/policy/must-be-named.ts';
import { matchesRbac, type RbacRule } from '../../src/policy/rbac.ts';
import { cacheFolder } from '../support/cache-folder.ts';
import { leftOut } from '../support/left-out.ts';
import { seed } from '../support/property.ts';
import { matchLine } from './match.ts';

interface Vector {
  readonly rules: readonly RbacRule[];
  readonly q: Readonly<Record<'verb' | 'apiGroup' | 'resource' | 'subresource' | 'name' | 'path', string>>;
  readonly allowed: boolean;
}

const [head = '', ...lines] = gunzipSync(readFileSync(join(import.meta.dirname, '../vectors/rbac.jsonl.gz')))
  .toString('utf8')
  .trimEnd()
  .split('\n');
const vectors = lines.map((line) => JSON.parse(line) as Vector);

suite('matching is RBAC’s own', () => {
  test('the vectors name the version they come from, are 10,000 or more, and have both answers in plenty', () => {
    assert.match(head, /k8s\.io\/kubernetes v1\.35\.4/);
    assert.ok(vectors.length >= 10_000);
    const allowed = vectors.filter((vector) => vector.allowed).length;
    assert.ok(allowed > vectors.length / 4 && allowed < (vectors.length * 3) / 4, String(allowed));
  });

  test('without powers, every vector is answered as Kubernetes does', () => {
    for (const vector of vectors) {
      const request = { ...vector.q, isResourceRequest: vector.q.resource !== '', power: undefined };
      const allowed = vector.rules.some((rule) => matchesRbac(withVerbs(rule), request, 'wildcard'));
      assert.equal(allowed, vector.allowed, JSON.stringify(vector));
    }
  });

  test('T9 T10 T16: with powers, the one difference is told, and only where there is one', () => {
    for (const vector of vectors) assertEqualButPowers(vector, vector.allowed);
    const told = vectors
      .map((vector) => matchLine({ ...vector }))
      .filter((answer) => 'power' in answer || 'named' in answer);
    assert.ok(told.length > 10, String(told.length));
  });

  test('random pairs, side by side with Kubernetes’ own code', () => {
    const program = buildUpstream();
    if (program === undefined)
      return leftOut('random rules beside Kubernetes’ own RBAC', 'install Go 1.25 or later (https://go.dev/dl)');
    const { stdout } = spawnSync(program, ['generate', '20000', String(seed)], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const random = stdout.trimEnd().split('\n').slice(1);
    assert.equal(random.length, 20_000);
    for (const line of random) {
      const vector = JSON.parse(line) as Vector;
      assertEqualButPowers(vector, vector.allowed);
    }
  });
});

function assertEqualButPowers({ rules, q }: Vector, wanted: boolean): void {
  const answer = matchLine({ rules, q });
  if ('power' in answer) assert.equal(answer.power, powerOf(q));
  else if ('named' in answer) assert.equal(answer.named, mustBeNamed(q));
  else assert.equal(answer.allowed, wanted, JSON.stringify({ rules, q }));
}

function withVerbs(rule: RbacRule): RbacRule {
  return { ...rule, verbs: rule.verbs ?? [] };
}

function buildUpstream(): string | undefined {
  if (spawnSync('go', ['version']).status !== 0) return undefined;
  const program = join(cacheFolder(), 'rbac-v1.35.4');
  const built = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: join(import.meta.dirname, 'rbac'),
    encoding: 'utf8',
  });
  if (/dial tcp|i\/o timeout|no such host|proxyconnect/.test(built.stderr)) return undefined;
  assert.equal(built.status, 0, built.stderr);
  return program;
}
