import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExchangeRowView } from '../../../src/control/session-contract.ts';
import { asLines, asTable } from './call-files.ts';

const call = (name: string): ExchangeRowView => ({
  id: 'e1',
  session: 's1',
  at: '2026-01-01T00:00:00.000Z',
  caller: { subject: '@SUM(1)', issuer: 'main', kind: 'autonomous' },
  target: 'prod',
  verb: 'get',
  apiGroup: '',
  resource: 'pods',
  subresource: '',
  namespace: 'shop',
  name,
  path: '/api/v1/namespaces/shop/pods/web',
  isChange: false,
  outcome: 'answered',
  status: 200,
});

test('T54: a table holds no cell that a spreadsheet takes for a formula, and a name with quotes or line feeds stays one cell', () => {
  const [head = '', ...rows] = asTable([call('=cmd|x'), call('a,"b"\nc'), call('-1+1'), call('-1.5')]).split('\r\n');
  assert.match(head, /^at,id,session,target,.*,caller,issuer,said$/);
  const text = rows.join('\r\n');
  assert.ok(text.includes(`,'=cmd|x,`) && text.includes(`,"a,""b""\nc",`), text);
  assert.ok(text.includes(`,'-1+1,`) && text.includes(',-1.5,') && text.includes(`,'@SUM(1),main`), text);
});

test('lines are what the API says, one object each', () => {
  assert.deepEqual(
    asLines([call('a'), call('b\n')])
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [call('a'), call('b\n')],
  );
});
