import assert from 'node:assert/strict';
import test, { suite } from 'node:test';
import { Refusal } from '../../../model/refusal.ts';
import type { UnaryReply } from '../../../model/reply.ts';
import { bytesSource, collectBytes } from '../../../std/byte-source.ts';
import { DISCOVERY_LIMITS } from './discovery-limits.ts';
import { addresslessHeaders, tellsAddress, withoutAddresses } from './without-addresses.ts';

const ADDRESS = '10.200.1.2:6443';
const cidrs = [{ clientCIDR: '0.0.0.0/0', serverAddress: ADDRESS }];
const none = new Map<string, readonly string[]>();
const accepting = (accept: string) => new Map([['accept', [accept]]]);

function replyOf(body: string | Uint8Array, type: string, part: Partial<UnaryReply> = {}): UnaryReply {
  const bytes = Buffer.from(body);
  const headers = ['Content-Type', type, 'Content-Length', String(bytes.length), 'Audit-Id', 'x'];
  return { kind: 'unary', status: 200, headers, body: bytesSource(bytes), ...part };
}

async function shown(reply: UnaryReply, asked = none): Promise<Buffer> {
  const edited = (await withoutAddresses(asked, reply)) as UnaryReply;
  const bytes = await collectBytes(edited.body, 1 << 20);
  const at = edited.headers.indexOf('Content-Length');
  assert.equal(edited.headers[at + 1], String(bytes.length));
  assert.equal(bytes.includes(ADDRESS), false);
  return bytes;
}

suite('the API server’s own address is not passed on', () => {
  const ROWS: readonly (readonly [string, object, object])[] = [
    [
      'the versions of the core',
      { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: cidrs },
      { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] },
    ],
    [
      'a list of groups',
      { kind: 'APIGroupList', groups: [{ name: 'apps', serverAddressByClientCIDRs: cidrs }, { name: 'batch' }] },
      { kind: 'APIGroupList', groups: [{ name: 'apps', serverAddressByClientCIDRs: [] }, { name: 'batch' }] },
    ],
    [
      'a group',
      { kind: 'APIGroup', name: 'apps', serverAddressByClientCIDRs: cidrs },
      { kind: 'APIGroup', name: 'apps', serverAddressByClientCIDRs: [] },
    ],
    [
      'the issuer of service accounts',
      { issuer: 'https://kubernetes.default.svc', jwks_uri: `https://${ADDRESS}/openid/v1/jwks` },
      { issuer: 'https://kubernetes.default.svc', jwks_uri: '/openid/v1/jwks' },
    ],
  ];
  for (const [name, document, expected] of ROWS)
    for (const [form, text] of [
      ['compact', `${JSON.stringify(document)}\n`],
      ['indented', JSON.stringify(document, undefined, 2)],
    ] as const)
      test(`${name}, ${form}: all else is as it was written`, async () => {
        const bytes = await shown(replyOf(text, 'application/json'));
        const same = form === 'compact' ? `${JSON.stringify(expected)}\n` : JSON.stringify(expected, undefined, 2);
        assert.equal(bytes.toString(), same);
      });

  test('keys at the issuer’s own, public address stay there', async () => {
    const text = '{"issuer": "https://oidc.test/id", "jwks_uri": "https://oidc.test/openid/v1/jwks"}';
    assert.equal((await shown(replyOf(text, 'application/json'))).toString(), text);
  });

  test('what tells none passes byte for byte', async () => {
    const text = '{"kind": "APIGroupList",\n "groups": [{"name": "apps"}], "serverAddressByClientCIDRs": null}';
    assert.equal((await shown(replyOf(text, 'application/json'))).toString(), text);
  });

  test('in YAML it is the one in JSON, and called so', async () => {
    const asked = accepting('application/yaml');
    const reply = await withoutAddresses(asked, replyOf('{"kind":"APIVersions"}', 'application/json'));
    assert.deepEqual(reply.headers.slice(0, 2), ['Content-Type', 'application/yaml']);
  });

  test('in protobuf all other fields are as they were', async () => {
    const field = (number: number, ...bytes: Uint8Array[]) => {
      const all = Buffer.concat(bytes);
      return Buffer.concat([Buffer.from([number * 8 + 2, all.length]), all]);
    };
    const text = (number: number, said: string) => field(number, Buffer.from(said));
    const envelope = (kind: string, raw: Buffer) =>
      Buffer.concat([Buffer.from('k8s\0'), field(1, text(1, 'v1'), text(2, kind)), field(2, raw), text(4, '')]);
    const address = field(1, text(1, '0.0.0.0/0'), text(2, ADDRESS)).subarray(2);
    const group = (...more: Buffer[]) => Buffer.concat([text(1, 'apps'), field(2, text(1, 'apps/v1')), ...more]);
    const rows: readonly (readonly [string, Buffer, Buffer])[] = [
      ['APIVersions', Buffer.concat([text(1, 'v1'), field(2, address)]), text(1, 'v1')],
      ['APIGroup', group(text(3, 'a'), field(4, address)), group(text(3, 'a'))],
      ['APIGroupList', field(1, group(field(4, address))), field(1, group())],
      ['APIResourceList', group(text(4, 'kept')), group(text(4, 'kept'))],
    ];
    for (const [kind, raw, expected] of rows) {
      const reply = replyOf(envelope(kind, raw), 'application/vnd.kubernetes.protobuf');
      assert.deepEqual(await shown(reply), envelope(kind, expected), kind);
    }
  });

  test('the aggregated form, which has none, is not even read', async () => {
    const reply = replyOf('not read', 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    const passed = await withoutAddresses(none, reply);
    assert.equal((passed as UnaryReply).body, reply.body);
  });

  test('a failure passes as it is', async () => {
    const reply = replyOf('no', 'text/plain', { status: 404 });
    assert.equal(await withoutAddresses(none, reply), reply);
  });

  const REFUSED: readonly (readonly [string, UnaryReply, string])[] = [
    ['CBOR', replyOf(Buffer.from('d9d9f7a0', 'hex'), 'application/cbor'), 'ENCODING_NOT_ACCEPTABLE'],
    ['no type', replyOf('{}', ''), 'ENCODING_NOT_ACCEPTABLE'],
    ['no JSON', replyOf('{', 'application/json'), 'OUTCOME_UNKNOWN'],
    ['no protobuf', replyOf('k8s\0\x0a\xff', 'application/vnd.kubernetes.protobuf'), 'OUTCOME_UNKNOWN'],
    ['more than is read', replyOf(Buffer.alloc(DISCOVERY_LIMITS.documentBytesMax + 1), 'application/json'), 'OUTCOME_UNKNOWN'],
  ]; // biome-ignore format: a table
  for (const [name, reply, code] of REFUSED)
    test(`${name} is refused, since it could hold one`, () =>
      assert.rejects(withoutAddresses(none, reply), (error) => error instanceof Refusal && error.code === code));
});

test('discovery is asked for uncompressed, in what is read here', () => {
  const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const rows: readonly (readonly [string, string])[] = [
    [`${aggregated}, application/json`, `${aggregated},application/json`],
    ['application/cbor, application/json;q=0.5', 'application/json;q=0.5'],
    ['application/vnd.kubernetes.protobuf,*/*', 'application/vnd.kubernetes.protobuf,*/*'],
    ['application/yaml;q=0.9', 'application/json;q=0.9'],
    ['application/yaml, application/json', 'application/json'],
    ['application/cbor', 'application/cbor'],
  ];
  for (const [accept, expected] of rows) {
    const headers = new Map([...accepting(accept), ['accept-encoding', ['gzip']]] as const);
    assert.deepEqual(addresslessHeaders(headers, { path: '/api' }), accepting(expected));
  }
  assert.deepEqual(addresslessHeaders(none, { path: '/api' }), none);
});

test('what may tell it: roots, groups and the issuer; no resource, and no list of resources', () => {
  const of = (path: string, isResourceRequest = false) => tellsAddress({ path, isResourceRequest });
  for (const path of ['/api', '/api/', '/apis', '/apis/apps', '/apis/apps/', '/.well-known/openid-configuration'])
    assert.ok(of(path), path);
  for (const path of ['/api/v1', '/apis/apps/v1', '/openid/v1/jwks', '/version', '/x/api']) assert.ok(!of(path), path);
  assert.ok(!of('/api', true));
});
