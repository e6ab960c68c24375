import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationOf } from '../../../test/support/operation.ts';
import { undo } from '../../connectors/kubernetes/undo/undo.ts';
import type { Permit } from '../../model/permit.ts';
import type { PreImage } from '../../model/pre-image.ts';
import type { UnaryReply } from '../../model/reply.ts';
import { bytesSource, collectBytes } from '../../std/byte-source.ts';
import { keepMade } from './keep-made.ts';

const operation = operationOf({
  method: 'POST',
  uri: '/api/v1/namespaces/shop/configmaps',
  body: { metadata: { name: 'a' } },
});
// A permit as a stage before this one gives it: as much of it as is read here.
const permitted = { decision: { record: { preImage: true } }, operation, request: { id: 'e' } } as unknown;

/** What is kept of a reply, and what its caller is given. */
async function kept(status: number, text: string, object: PreImage['object'] = null, isBroken = false) {
  let image: PreImage = { ...undo.imageOf(operation, object), exchange: 'e', target: 'demo', at: 1 };
  const preImages = {
    canKeep: true,
    async keep(next: PreImage) {
      if (isBroken) throw new Error('the disk is full');
      image = next;
    },
    read: async () => image,
  };
  const forward = async () => ({ kind: 'unary', status, headers: [], body: bytesSource(Buffer.from(text)) }) as const;
  const reply = await keepMade({ connector: { undo }, preImages }, permitted as Permit, forward);
  const given = (await collectBytes((reply as UnaryReply).body, 1_000)).toString();
  assert.equal(given, text);
  return image.madeUid;
}

test('the uid of what was made is on the disk when its reply ends, and no reply is lost where it cannot be', async () => {
  const made = JSON.stringify({ metadata: { name: 'a', uid: 'u-1' } });
  const rows: readonly (readonly [row: string, told: string | undefined, expected: string | undefined])[] = [
    ['made', await kept(201, made), 'u-1'],
    ['there before', await kept(201, made, {}), undefined],
    ['not made', await kept(200, made), undefined],
    ['refused', await kept(409, made), undefined],
    ['no JSON', await kept(201, 'k8s\0'), undefined],
    ['no object', await kept(201, 'null'), undefined],
    ['without uid', await kept(201, '{"metadata":{}}'), undefined],
    ['not kept', await kept(201, made, null, true), undefined],
  ];
  for (const [row, told, expected] of rows) assert.equal(told, expected, row);
});
