import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fc } from '../../../../test/support/property.ts';
import type { JsonObject } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { ExpectedKind } from './agree.ts';
import { DEFAULT_BODY_LIMITS } from './body-limits.ts';
import { PROTOBUF_FIELDS_VERSIONS } from './protobuf-schema.ts';
import { readProtobuf } from './read-protobuf.ts';

interface Vector {
  readonly kind: string;
  readonly protobuf: string;
  readonly object: JsonObject;
}

const file = join(import.meta.dirname, '../../../../test/vectors/protobuf.jsonl.gz');
const [head = '', ...lines] = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
const vectors = lines.map((line) => JSON.parse(line) as Vector);

function expectedOf(kind: string): ExpectedKind {
  const parts = kind.split('/');
  return { kind: parts.at(-1) ?? '', version: parts.at(-2) ?? '', group: parts.at(-3) ?? '', isNamespaced: true };
}

const POD = expectedOf('v1/Pod');

function outcome(bytes: Uint8Array, expected = POD, limits = DEFAULT_BODY_LIMITS): string {
  try {
    return JSON.stringify(readProtobuf(bytes, expected, limits));
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return `${error.code}: ${error.message}`;
  }
}

/** A field of bytes: its tag, its length, the bytes. */
function field(number: number, ...bytes: number[]): number[] {
  return [(number << 3) | 2, bytes.length, ...bytes];
}

function text(value: string): number[] {
  return [...Buffer.from(value)];
}

function body(raw: number[], apiVersion = 'v1', kind = 'Pod', rest: number[] = []): Buffer {
  const type = [...field(1, ...text(apiVersion)), ...field(2, ...text(kind))];
  return Buffer.from([...text('k8s\0'), ...field(1, ...type), ...field(2, ...raw), ...rest]);
}

describe('Kubernetes protobuf', () => {
  test('T56: random objects of every kind are read as the API server’s own code reads them', () => {
    assert.equal((JSON.parse(head) as { version: string }).version, `k8s.io/api ${PROTOBUF_FIELDS_VERSIONS.at(-1)}`);
    assert.ok(vectors.length > 300);
    for (const { kind, protobuf, object } of vectors) {
      const got = readProtobuf(Buffer.from(protobuf, 'base64'), expectedOf(kind), DEFAULT_BODY_LIMITS);
      assert.deepEqual(JSON.parse(JSON.stringify(got)), object, kind);
    }
  });

  const named = field(1, ...field(1, ...text('web')));
  const table: readonly [what: string, bytes: Buffer, want: string | RegExp][] = [
    ['a name', body(named), /^\{"kind":"Pod","apiVersion":"v1","metadata":\{"name":"web"\},"spec":/],
    ['the type left out', body(named, '', ''), /^\{"metadata":\{"name":"web"\},"spec":/],
    [
      'another kind',
      body(named, 'v1', 'Secret'),
      'BODY_MISMATCH: the body is of kind `Secret`, but this path takes `Pod`',
    ],
    ['another version', body(named, 'v2'), 'BODY_MISMATCH: the body is of `v2`, but this path takes `v1`'],
    ['no magic', Buffer.from('{}'), 'BODY_UNREADABLE: the body is not Kubernetes protobuf'],
    ['a field twice', body([...named, ...named]), 'BODY_UNREADABLE: the protobuf has `metadata` twice'],
    [
      'the name twice',
      body(field(1, ...field(1, 97), ...field(1, 98))),
      'BODY_UNREADABLE: the protobuf has `name` twice',
    ],
    [
      'a field that is none',
      body(field(15)),
      'BODY_UNREADABLE: the protobuf has field 15 in core/v1.Pod, which Kubernetes 1.35 to 1.37 do not have: what it holds cannot be judged here',
    ],
    [
      'another wire type',
      body([0x08, 1]),
      'BODY_UNREADABLE: the protobuf has another wire type for `metadata` than it must',
    ],
    ['a group', body([0x0b, 0x0c]), 'BODY_UNREADABLE: the protobuf has a tag that is none'],
    ['field zero', body([0x02, 0x00]), 'BODY_UNREADABLE: the protobuf has a tag that is none'],
    ['a length beyond the end', body([0x0a, 0x7f]), 'BODY_UNREADABLE: the protobuf is cut off'],
    ['an endless number', body([0x0a, ...Array(11).fill(0xff)]), /more than 64 bits$/],
    ['text that is not UTF-8', body(field(1, ...field(1, 0xff))), 'BODY_UNREADABLE: the body is not UTF-8'],
    ['a content encoding', body(named, 'v1', 'Pod', field(3, 103)), /the protobuf envelope says another encoding$/],
    ['a content type', body(named, 'v1', 'Pod', field(4, 103)), /the protobuf envelope says another encoding$/],
    ['the envelope twice', body(named, 'v1', 'Pod', field(2, ...named)), 'BODY_UNREADABLE: the protobuf has `2` twice'],
    [
      'a label twice',
      body(field(1, ...field(11, ...field(1, 97)), ...field(11, ...field(1, 97), ...field(2, 98)))),
      'BODY_UNREADABLE: key `a` is given twice in `labels`',
    ],
  ];
  for (const [what, bytes, want] of table) {
    test(`${what}: ${want}`, () => {
      if (typeof want === 'string') assert.equal(outcome(bytes), want);
      else assert.match(outcome(bytes), want);
    });
  }

  test('T56: a custom resource is never protobuf', () => {
    const expected = expectedOf('example.com/v1/Widget');
    assert.equal(
      outcome(body([], 'example.com/v1', 'Widget'), expected),
      'MEDIA_TYPE_UNSUPPORTED: `Widget` of `example.com/v1` has no protobuf form in Kubernetes 1.35 to 1.37, which are known here',
    );
    assert.match(outcome(body([], 'v1', 'toString'), expectedOf('v1/toString')), /^MEDIA_TYPE_UNSUPPORTED/);
  });

  test('what 1.35, 1.36 and 1.37 each brought or dropped is read', () => {
    const kinds = [
      'autoscaling/v2beta2/HorizontalPodAutoscaler', // not after 1.35
      'scheduling.k8s.io/v1alpha2/Workload', // 1.36 alone
      'lifecycle.k8s.io/v1alpha1/EvictionRequest', // since 1.37
    ];
    for (const kind of kinds) {
      const expected = expectedOf(kind);
      assert.match(
        outcome(body(named, `${expected.group}/${expected.version}`, expected.kind), expected),
        /"name":"web"/,
      );
    }
    // status.nodeInfo.runningInUserNamespace, which every kubelet of 1.37 reports.
    const node = body([...named, ...field(3, ...field(7, 0x60, 1))], 'v1', 'Node');
    assert.match(outcome(node, expectedOf('v1/Node')), /"runningInUserNamespace":true/);
  });

  test('DeleteOptions may name any group; an eviction one of two versions', () => {
    assert.match(
      outcome(body([], 'apps/v1', 'DeleteOptions'), expectedOf('v1/DeleteOptions')),
      /"apiVersion":"apps\/v1"/,
    );
    assert.match(outcome(body([], 'policy/v1beta1', 'Eviction'), expectedOf('policy/v1/Eviction')), /policy\/v1beta1/);
    assert.match(outcome(body([], 'policy/v2', 'Eviction'), expectedOf('policy/v1/Eviction')), /^BODY_MISMATCH/);
  });

  test('T57: depth is bounded, at the bound and one over', () => {
    const crd = expectedOf('apiextensions.k8s.io/v1/CustomResourceDefinition');
    // JSONSchemaProps.not, field 28, holds a schema again; the outermost is the fifth message.
    const nested = (depth: number) => {
      let schema: Buffer = Buffer.alloc(0);
      for (let i = 5; i < depth; i++)
        schema = Buffer.concat([Buffer.from([0xe2, 0x01]), length(schema.length), schema]);
      return Buffer.concat([Buffer.from('k8s\0'), wrap(2, wrap(2, wrap(7, wrap(4, wrap(1, schema)))))]);
    };
    const { depthMax } = DEFAULT_BODY_LIMITS;
    assert.match(outcome(nested(depthMax), crd), /^\{"metadata"/);
    for (const depth of [depthMax + 1, 1000])
      assert.equal(
        outcome(nested(depth), crd),
        'BODY_UNREADABLE: the body is nested more than 128 deep (`limits.bodies.depthMax`)',
      );
  });

  test('T57: the number of values is bounded, at the bound and one over', () => {
    // Two finalizers.
    const bytes = body(field(1, ...field(14, 97), ...field(14, 98)));
    const read = (valuesMax: number) => outcome(bytes, POD, { ...DEFAULT_BODY_LIMITS, valuesMax });
    const enough = Array.from({ length: 100 }, (_, i) => i).find((valuesMax) => read(valuesMax).startsWith('{'));
    assert.ok(enough !== undefined && enough > 2);
    assert.equal(
      read(enough - 1),
      `BODY_UNREADABLE: the body holds more than ${enough - 1} values (\`limits.bodies.valuesMax\`)`,
    );
    // Counted as they come: at the third of them, it has not been seen yet that this is no list.
    const names = body(field(1, ...field(1, 97), ...field(1, 98), ...field(1, 99)));
    const limits = { ...DEFAULT_BODY_LIMITS, valuesMax: 3 };
    assert.equal(
      outcome(names, POD, limits),
      'BODY_UNREADABLE: the body holds more than 3 values (`limits.bodies.valuesMax`)',
    );
    // Packed, one field has many: the supplemental groups of a security context.
    const packed = Buffer.concat([Buffer.from('k8s\0'), wrap(2, wrap(2, wrap(14, wrap(4, Buffer.alloc(1000, 7)))))]);
    const groups = (valuesMax: number) => outcome(packed, POD, { ...DEFAULT_BODY_LIMITS, valuesMax });
    assert.match(groups(2000), /"supplementalGroups":\[7,7,/);
    assert.equal(groups(1000), 'BODY_UNREADABLE: the body holds more than 1000 values (`limits.bodies.valuesMax`)');
  });

  test('bytes that are changed, cut or put in are refused, or read without a fault', () => {
    const seeds = vectors.slice(0, 40).map((vector) => ({ ...vector, bytes: Buffer.from(vector.protobuf, 'base64') }));
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.nat(), fc.nat(255), fc.nat(2), ({ kind, bytes }, place, byte, how) => {
        const at = place % bytes.length;
        const changed = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.alloc(how === 1 ? 0 : 1, byte),
          bytes.subarray(at + (how === 2 ? 0 : 1)),
        ]);
        outcome(changed, expectedOf(kind));
      }),
      { numRuns: 3000 },
    );
  });
});

function wrap(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), length(bytes.length), bytes]);
}

function length(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) out.push((rest & 0x7f) | 0x80);
  return Buffer.from([...out, rest]);
}
