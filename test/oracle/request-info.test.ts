import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { leftOut } from '../support/left-out.ts';
import { fc, seed } from '../support/property.ts';
import { type RequestInfoVector, requestInfoVectors } from '../support/vectors.ts';
import { parseLine } from './parse.ts';
import { buildRelease, printed, releasesOf } from './releases.ts';
import { requests } from './requests.ts';

type Question = Pick<RequestInfoVector, 'method' | 'uri'>;

const { head, vectors } = requestInfoVectors();
const releases = releasesOf('requestinfo');

describe('the operation equals the RequestInfo of the API server', () => {
  test('the vectors name the versions that answer so, and are 5,000 or more', () => {
    assert.ok(releases.length > 1);
    assert.deepEqual(
      JSON.parse(head).versions,
      releases.map(({ version }) => `k8s.io/apiserver ${version}`),
    );
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

  const programs = releases.flatMap((release) => buildRelease(release) ?? []);
  if (programs.length < releases.length) {
    leftOut('requests beside the API server’s own code', 'install Go 1.26 or later (https://go.dev/dl)');
    return;
  }

  for (const [i, { version }] of releases.entries()) {
    const program = programs[i] as string;

    test(`${version} answers the vectors so`, () => {
      const answers = asked(program, vectors);
      vectors.forEach(({ want, method, uri }, j) => {
        const got = answers[j] as RequestInfoVector['want'];
        // How it says no is Go's own matter, and changes with Go.
        if ('error' in want) assert.ok('error' in got, `${method} ${uri}`);
        else assert.deepEqual(got, want, `${method} ${uri}`);
      });
    });

    test(`T11: random requests, side by side with ${version}`, () => {
      const questions = fc.sample(requests(), { numRuns: 20_000, seed });
      const answers = asked(program, questions);
      questions.forEach((question, j) => {
        assertEqualUnlessRefused(question, answers[j] as RequestInfoVector['want']);
      });
    });
  }
});

/** What upstream makes of each. */
function asked(program: string, questions: readonly Question[]): readonly RequestInfoVector['want'][] {
  const input = questions.map(({ method, uri }) => JSON.stringify({ method, uri })).join('\n');
  const lines = printed(program, [], input).trimEnd().split('\n');
  assert.equal(lines.length, questions.length);
  return lines.map((line) => JSON.parse(line) as RequestInfoVector['want']);
}

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
