/*
 * Where a word of the detectors may begin is told by three bytes, and each such place costs a look: so words are chosen by what they begin with. Here is how many places that are, in
 * objects as a server writes them; a word that adds much to it had better be looked for by another part of it.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { MaskRules } from '../../src/masking/rules/mask-rules.ts';
import type { Words } from '../../src/masking/tape/words.ts';

const told = 3;
const hex = (text: string, length: number) => createHash('sha256').update(text).digest('hex').slice(0, length);

/** A pod with nothing to mask. */
const pod = (n: number) => ({
  metadata: {
    name: `web-${hex(`set ${n}`, 10)}-${hex(`pod ${n}`, 5)}`,
    namespace: 'shop',
    uid: hex(`uid ${n}`, 36),
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { app: 'web', 'pod-template-hash': hex(`set ${n}`, 10) },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `web-${hex(`set ${n}`, 10)}` }],
    managedFields: [{ manager: 'kube-controller-manager', fieldsV1: { 'f:spec': { 'f:containers': { '.': {} } } } }],
  },
  spec: {
    containers: [
      {
        name: 'web',
        image: `registry.example.com/team/web:1.2.${n}`,
        args: ['--listen=:8080', '--config=/etc/web/config.yaml'],
        env: [{ name: 'CONFIG_PATH', value: '/etc/web' }],
        resources: { limits: { cpu: '500m', memory: '256Mi' } },
        terminationMessagePath: '/dev/termination-log',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    serviceAccountName: 'default',
    tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }],
  },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    containerStatuses: [{ imageID: `registry.example.com/team/web@sha256:${hex(`image ${n}`, 64)}` }],
  },
});

/** Whether a word may begin at a place, as the walk tells sixteen places at once: by the halves of bytes that words of one kind have. */
function beginnings({ list, firsts, marked, kinds }: Words): (bytes: Buffer, at: number) => boolean {
  const halves = Array.from({ length: 16 }, () => Array.from({ length: told }, () => ({ lower: 0, upper: 0 })));
  for (const [index, word] of [...list, ...firsts, ...marked].entries())
    for (const [place, half] of (halves[kinds[index] as number] as (typeof halves)[number]).entries()) {
      const byte = word[place];
      const isLetter = byte !== undefined && byte >= 0x61 && byte <= 0x7a;
      half.lower |= byte === undefined ? 0xffff : 1 << (byte & 15);
      half.upper |= byte === undefined ? 0xffff : (1 << (byte >> 4)) | (isLetter ? 1 << ((byte & 0xdf) >> 4) : 0);
    }
  return (bytes, at) =>
    halves.some((kind) =>
      kind.every(({ lower, upper }, place) => {
        const byte = bytes[at + place] ?? 0;
        return ((lower >> (byte & 15)) & 1) === 1 && ((upper >> (byte >> 4)) & 1) === 1;
      }),
    );
}

test('at few places in what a server writes a word of the detectors may begin', () => {
  const { words } = new MaskRules().planOf({ apiGroup: '', resource: 'pods', subresource: '' });
  const bytes = Buffer.from(JSON.stringify(Array.from({ length: 10 }, (_, n) => pod(n))));
  const mayBegin = beginnings(words);
  const places = bytes.reduce((sum, _, at) => sum + Number(mayBegin(bytes, at)), 0);
  assert.ok(!words.areAnywhere);
  assert.ok(places < bytes.length / 8, `${((100 * places) / bytes.length).toFixed(1)} of 100 places`);
});
