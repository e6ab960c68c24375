import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { cacheFolder } from '../support/cache-folder.ts';
import { leftOut } from '../support/left-out.ts';
import { fc, seed } from '../support/property.ts';
import { type RequestInfoVector, requestInfoVectors } from '../support/vectors.ts';
import { parseLine } from './parse.ts';
import { requests } from './requests.ts';

type Question = Pick<RequestInfoVector, 'method' | 'uri'>;

const { head, vectors } = requestInfoVectors();

describe('the operation equals the RequestInfo of the API server', () => {
  test('the vectors name the version they come from, and are 5,000 or more', () => {
    assert.match(head, /k8s\.io\/apiserver v0\.35\.4/);
    assert.ok(vectors.length >= 5000, String(vectors.length));
  });

  test('T11 T13 T14 T15 T16 T19: every vector that is not refused is equal in every field', () => {
    for (const vector of vectors) assertEqualUnlessRefused(vector, vector.want);
  });

  test('T11: what upstream refuses is refused', () => {
    const refusedUpstream = vectors.filter(({ want }) => 'error' in want);
    assert.ok(refusedUpstream.length > 100);
    for (const vector of refusedUpstream) assert.ok('refused' in answer(vector), `${vector.method} ${vector.uri}`);
  });

  test('nothing is refused that is not hostile', () => {
    for (const vector of vectors.filter(({ hostile }) => !hostile)) {
      assert.equal('refused' in answer(vector), false, `${vector.method} ${vector.uri}`);
    }
  });

  test('T11: random requests, side by side with upstream', () => {
    const program = buildUpstream();
    if (program === undefined)
      return leftOut(
        'random requests beside the API server’s own code',
        'install Go 1.25 or later (https://go.dev/dl)',
      );
    const asked = fc.sample(requests(), { numRuns: 20_000, seed });
    const input = asked.map((question) => JSON.stringify(question)).join('\n');
    const { stdout, status } = spawnSync(program, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
    assert.equal(status, 0);
    const wants = stdout.trimEnd().split('\n');
    assert.equal(wants.length, asked.length);
    asked.forEach((question, i) => {
      assertEqualUnlessRefused(question, JSON.parse(wants[i] as string) as RequestInfoVector['want']);
    });
  });
});

function assertEqualUnlessRefused(question: Question, want: RequestInfoVector['want']): void {
  const got = answer(question);
  if ('refused' in got) return;
  const filled = Object.entries(got).filter(
    ([, value]) => value !== '' && value !== false && !(Array.isArray(value) && value.length === 0),
  );
  assert.deepEqual(Object.fromEntries(filled), want, `${question.method} ${question.uri}`);
}

function answer({ method, uri }: Question): Record<string, unknown> {
  return parseLine({ method, uri }) as Record<string, unknown>;
}

function buildUpstream(): string | undefined {
  if (spawnSync('go', ['version']).status !== 0) return undefined;
  const program = join(cacheFolder(), 'requestinfo-v0.35.4');
  const built = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: join(import.meta.dirname, 'requestinfo'),
    encoding: 'utf8',
  });
  if (/dial tcp|i\/o timeout|no such host|proxyconnect/.test(built.stderr)) return undefined;
  assert.equal(built.status, 0, built.stderr);
  return program;
}
