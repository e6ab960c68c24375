import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { DEFAULT_BODY_LIMITS } from '../../src/connectors/kubernetes/body/body-limits.ts';
import { readProtobuf } from '../../src/connectors/kubernetes/body/read-protobuf.ts';
import { leftOut } from '../support/left-out.ts';
import { mergedFields } from './protobuf/merge-fields.ts';
import { buildRelease, printed, releasesOf } from './releases.ts';

const FIELDS = new URL('../../src/connectors/kubernetes/body/protobuf-fields.json', import.meta.url);

describe('Kubernetes protobuf is read as the API server’s own code reads it', () => {
  const releases = releasesOf('protobuf');
  const programs = releases.flatMap((release) => buildRelease(release) ?? []);
  if (programs.length < releases.length) {
    leftOut('protobuf beside the API server’s own code', 'install Go 1.26 or later (https://go.dev/dl)');
    return;
  }

  test('the field numbers are those of the types of every release', () => {
    assert.equal(mergedFields(programs.map((program) => printed(program, ['fields']))), readFileSync(FIELDS, 'utf8'));
  });

  for (const [i, { version }] of releases.entries()) {
    test(`T56: random objects of every kind of ${version}, side by side`, () => {
      const isNewest = i === releases.length - 1;
      const lines = printed(programs[i] as string, ['vectors', '2', String(Date.now())])
        .trimEnd()
        .split('\n');
      assert.ok(lines.length > 300);
      for (const line of lines) {
        const { kind, protobuf, object } = JSON.parse(line) as { kind: string; protobuf: string; object: unknown };
        const [name = '', apiVersion = '', group = ''] = kind.split('/').reverse();
        const expected = { kind: name, version: apiVersion, group, isNamespaced: true };
        const got = readProtobuf(Buffer.from(protobuf, 'base64'), expected, DEFAULT_BODY_LIMITS);
        // Releases differ in what they say of what is not set (`status` of a CSINode); all else is said alike.
        const read = JSON.parse(JSON.stringify(got));
        assert.deepEqual(
          isNewest ? read : only(read, object),
          isNewest ? object : only(object, object),
          `${kind} ${protobuf}`,
        );
      }
    });
  }
});

/** What of a value is not null and another one has a key for. */
function only(value: unknown, like: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(like)) return value.map((each, i) => only(each, like[i]));
  if (typeof value !== 'object' || value === null || typeof like !== 'object' || like === null) return value;
  const kept = Object.entries(value).filter(([key, inner]) => inner !== null && Object.hasOwn(like, key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, only(inner, (like as Record<string, unknown>)[key])]));
}
