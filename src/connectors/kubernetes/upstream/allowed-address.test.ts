import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { addressRules, assertHost, guardedLookup } from './allowed-address.ts';

const LOOPBACK = 'a loopback address';
const LINK = 'a link-local address';
const METADATA = 'an address that clouds answer metadata at';

const ROWS: readonly (readonly [string, string | undefined])[] = [
  ['127.0.0.1', LOOPBACK],
  ['127.9.9.9', LOOPBACK],
  ['::1', LOOPBACK],
  ['::ffff:127.0.0.1', LOOPBACK],
  ['::ffff:7f00:1', LOOPBACK],
  ['::127.0.0.1', LOOPBACK],
  ['64:ff9b::127.0.0.1', LOOPBACK],
  ['2002:7f00:1::', LOOPBACK],
  ['::ffff:0:127.0.0.1', LOOPBACK],
  ['::ffff:0:7f00:1', LOOPBACK],
  ['::ffff:0:169.254.169.254', LINK],
  ['::ffff:0:10.96.0.1', undefined],
  ['64:ff9b:1::127.0.0.1', LOOPBACK],
  ['64:ff9b:1:7f00:0:100::', LOOPBACK],
  ['64:ff9b:1:7f:0:1::', LOOPBACK],
  ['64:ff9b:1:0:7f:0:100::', LOOPBACK],
  ['64:ff9b:1:abcd::169.254.169.254', LINK],
  ['64:ff9b:1:a9fe:a9:fe00::', LINK],
  ['64:ff9b:1::', 'an address of the gateway’s own machine'],
  ['64:ff9b:1::10.96.0.1', undefined],
  ['64:ff9b:1:a60:0:100::', undefined],
  ['169.254.169.254', LINK],
  ['::ffff:169.254.169.254', LINK],
  ['64:ff9b::a9fe:a9fe', LINK],
  ['fe80::1%eth0', LINK],
  ['fd00:ec2::254', METADATA],
  ['fd20:ce::254', METADATA],
  ['100.100.100.200', METADATA],
  ['168.63.129.16', METADATA],
  ['0.0.0.0', 'an address of the gateway’s own machine'],
  ['::', 'an address of the gateway’s own machine'],
  ['224.0.0.1', 'no address of one machine'],
  ['255.255.255.255', 'no address of one machine'],
  ['10.96.0.1', undefined],
  ['192.0.2.10', undefined],
  ['fd12:3456::1', undefined],
  ['2001:db8::1', undefined],
];

for (const [address, what] of ROWS)
  test(`a target by API at ${address} is ${what === undefined ? 'reached' : `refused: ${what}`}`, () => {
    assert.equal(addressRules([]).refused(address), what);
  });

test('every address of this machine is refused', () => {
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  for (const { address } of own) assert.notEqual(addressRules([]).refused(address), undefined, address);
});

test('an opened network is reached; what answers metadata is not, whatever is opened', () => {
  const rules = addressRules(['127.0.0.0/8', '::1/128', '0.0.0.0/0', '::/0']);
  assert.equal(rules.refused('127.0.0.1'), undefined);
  assert.equal(rules.refused('::1'), undefined);
  assert.equal(rules.refused('169.254.169.254'), LINK);
  assert.equal(rules.refused('fd00:ec2::254'), METADATA);
});

test('a host that is a refused address is refused as it stands, however it is spelt', () => {
  const rules = addressRules([]);
  for (const url of [
    'https://127.0.0.1',
    'https://0x7f.1',
    'https://2130706433',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
  ])
    assert.throws(() => assertHost(rules, new URL(url).hostname), { code: 'UPSTREAM_UNREACHABLE' }, url);
  assertHost(rules, 'kubernetes.example.com');
});

test('a name that resolves to a refused address leads nowhere', async () => {
  const resolve = (rules: ReturnType<typeof addressRules>) =>
    new Promise((done) => guardedLookup(rules)('localhost', { all: true }, (error, found) => done(error ?? found)));
  assert.equal(((await resolve(addressRules([]))) as { code?: string }).code, 'UPSTREAM_UNREACHABLE');
  const found = (await resolve(addressRules(['127.0.0.0/8', '::1/128']))) as { address: string }[];
  assert.ok(found.length > 0 && found.every(({ address }) => ['127.0.0.1', '::1'].includes(address)));
});
