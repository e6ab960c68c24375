import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patternMasks, testMasking } from '../../test/support/masking.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import type { Looked } from '../connectors/connector.ts';
import type { Permit } from '../model/permit.ts';
import { maskedEdits } from './masked-edits.ts';
import { plannedAnswer } from './plan/planned-answer.ts';
import { previewHeld } from './preview-held.ts';

const masking = testMasking(patternMasks('blue-[0-9]{6}'));
const caller = callerOf();
const operation = operationOf({ method: 'DELETE', uri: '/api/v1/namespaces/a/pods/web' });
const held = { caller, operation, request: { id: 'x', headers: new Map() } } as unknown as Permit;
const looked = {
  missing: [],
  risks: [],
  rejection: { status: 403, reason: 'Forbidden', message: 'the webhook says blue-123456' },
} as unknown as Looked;

test('T55: what a mask of policy knows is masked in a query that a person edits', () => {
  const edits = [{ kind: 'set-query', key: 'fieldManager', value: 'of-blue-123456' }] as const;
  const [edit] = maskedEdits({ masking, caller: 'anybody', operation, exchange: 'x' }, edits as never);
  assert.match(JSON.stringify(edit), /of-masked-by-sallyport-own/);
});

test('T55: so it is where the target says why it would refuse what is held or planned', async () => {
  const preview = await previewHeld(masking, { preview: async () => looked }, held, new AbortController().signal);
  const said = [JSON.stringify(preview), JSON.stringify(plannedAnswer(masking, held, looked))];
  for (const each of said) assert.match(each, /the webhook says masked-by-sallyport-own/);
});
