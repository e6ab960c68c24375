import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { DEFAULT_BODY_LIMITS } from '../../src/connectors/kubernetes/body/body-limits.ts';
import { PROTOBUF_FIELDS_VERSION } from '../../src/connectors/kubernetes/body/protobuf-schema.ts';
import { readProtobuf } from '../../src/connectors/kubernetes/body/read-protobuf.ts';
import { leftOut } from '../support/left-out.ts';
import { buildOracle } from './build-oracle.ts';

const FIELDS = new URL('../../src/connectors/kubernetes/body/protobuf-fields.json', import.meta.url);

describe('Kubernetes protobuf is read as the API server’s own code reads it', () => {
  const program = buildOracle('protobuf', PROTOBUF_FIELDS_VERSION);
  if (program === undefined) {
    leftOut('protobuf beside the API server’s own code', 'install Go 1.25 or later (https://go.dev/dl)');
    return;
  }

  test('the field numbers are those of the API server’s types', () => {
    assert.equal(run(program, 'fields'), readFileSync(FIELDS, 'utf8'));
  });

  test('T56: random objects of every kind, side by side', () => {
    const lines = run(program, 'vectors', '2', String(Date.now())).trimEnd().split('\n');
    assert.ok(lines.length > 300);
    for (const line of lines) {
      const { kind, protobuf, object } = JSON.parse(line) as { kind: string; protobuf: string; object: unknown };
      const [name = '', version = '', group = ''] = kind.split('/').reverse();
      const expected = { kind: name, version, group, isNamespaced: true };
      const got = readProtobuf(Buffer.from(protobuf, 'base64'), expected, DEFAULT_BODY_LIMITS);
      assert.deepEqual(JSON.parse(JSON.stringify(got)), object, `${kind} ${protobuf}`);
    }
  });
});

function run(program: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  return stdout;
}
