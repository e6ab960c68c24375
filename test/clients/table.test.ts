import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table, toolsTable } from './table.ts';

const COMMANDS = [
  ...[
    'get',
    'describe',
    'explain',
    'create',
    'apply',
    'apply --server-side',
    'edit',
    'label',
    'scale',
    'rollout',
    'wait',
    'delete',
  ],
  ...['logs', 'logs -f', 'exec', 'exec -it', 'attach -i', 'cp', 'port-forward', 'debug', 'auth can-i', 'api-resources'],
  ...['patch', 'get --raw /', 'get --raw /api', 'get --raw /apis', 'get --raw /version', 'get --raw /openapi/v3'],
];
const FORMS = [
  'yaml',
  'json',
  'name',
  'wide',
  'jsonpath',
  'jsonpath-as-json',
  'jsonpath-file',
  'go-template',
  'go-template-file',
  'custom-columns',
  'custom-columns-file',
  'kyaml',
];
const HELM = ['install', 'upgrade', 'list', 'rollback', 'uninstall'];

const linesOf = (client: RegExp) =>
  table.filter((part) => client.test(part.client)).map(({ rows }) => rows.map(({ run }) => run).join('\n'));

test('every kubectl is put through every command and every output form', () => {
  for (const lines of linesOf(/^kubectl/)) {
    for (const command of COMMANDS) assert.ok(lines.includes(`kubectl ${command}`), command);
    for (const form of FORMS) assert.ok(new RegExp(`kubectl get .*-o ${form}\\b`).test(lines), form);
    for (const type of ['merge', 'json']) assert.ok(lines.includes(`--type=${type}`), type);
    assert.ok(/ --watch\b/.test(lines));
  }
});

test('every Helm is put through every command', () => {
  for (const lines of linesOf(/^helm/)) {
    for (const command of HELM)
      assert.ok(lines.includes(`helm ${command} `) || lines.includes(`helm ${command}\n`), command);
  }
});

test('rows of one client have names of their own', () => {
  for (const { client, rows } of [...table, ...toolsTable]) {
    assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length, client);
  }
});
