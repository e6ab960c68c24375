import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fc } from '../../../../test/support/property.ts';
import { Refusal } from '../../../model/refusal.ts';
import { requestInfo } from './request-info.ts';

/** The fields that a row speaks of, or the code of the refusal. */
function outcome(method: string, uri: string): string {
  try {
    const { verb, namespace, resource, subresource, name, isResourceRequest, path } = requestInfo(method, uri);
    if (!isResourceRequest) return `${verb} path ${path}`;
    return `${verb} ${namespace || '-'} ${resource}${subresource === '' ? '' : `/${subresource}`} ${name || '-'}`;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
}

type Row = readonly [method: string, uri: string, outcome: string];

function table(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    for (const [method, uri, expected] of rows)
      test(`${method} ${uri} is ${expected}`, () => assert.equal(outcome(method, uri), expected));
  });
}

table('T11: a path that two readers could read two ways', [
  ...[
    '%2f',
    '%2F',
    '%25',
    '%252f',
    '%5c',
    '%5C',
    '\\',
    '%00',
    '%0a',
    '%1f',
    '%7f',
    '%C2%85',
    '#',
    '%',
    '%4',
    '%zz',
    '%c0%af',
    '%ff',
    '%ed%a0%80',
    'é',
    ' ',
    '\t',
    '\x7f',
  ].flatMap((piece): Row[] => [
    ['GET', `/api/v1/namespaces/x${piece}y/pods`, 'REQUEST_MALFORMED'],
    ['GET', `/api/v1/namespaces/x/pods/${piece}`, 'REQUEST_MALFORMED'],
    ['GET', `/${piece}`, 'REQUEST_MALFORMED'],
  ]),
  ...['.', '..', '%2e', '%2E%2e', '.%2e', '%2e.'].flatMap((dots): Row[] => [
    ['GET', `/api/v1/namespaces/${dots}/pods`, 'REQUEST_MALFORMED'],
    ['GET', `/api/v1/namespaces/x/pods/${dots}`, 'REQUEST_MALFORMED'],
    ['GET', `/api/v1/nodes/n/proxy/${dots}/${dots}/x`, 'REQUEST_MALFORMED'],
    ['GET', `/${dots}/api/v1/pods`, 'REQUEST_MALFORMED'],
  ]),
  ['GET', '/api//v1/pods', 'REQUEST_MALFORMED'],
  ['GET', '//api/v1/pods', 'REQUEST_MALFORMED'],
  ['GET', '/api/v1/pods//', 'REQUEST_MALFORMED'],
  ['GET', '//', 'REQUEST_MALFORMED'],
]);

table('T11: empty segments are another program’s own behind a proxy, and nowhere else', [
  ['GET', '/api/v1/namespaces/x/pods/p/proxy//a', 'get x pods/proxy p'],
  ['GET', '/api/v1/namespaces/x/services/https:s:443/proxy/a//b//', 'get x services/proxy https:s:443'],
  ['GET', '/api/v1/nodes/n/proxy//', 'get - nodes/proxy n'],
  ['GET', '/api/v1/namespaces/x/pods/p//proxy/a', 'REQUEST_MALFORMED'],
  ['GET', '/api/v1/namespaces/x//pods/p/proxy/a', 'REQUEST_MALFORMED'],
  ['GET', '/api/v1/namespaces/x/pods/p/log/proxy//a', 'REQUEST_MALFORMED'],
  ['GET', '/api/v1/namespaces/x/secrets/p/proxy//a', 'REQUEST_MALFORMED'],
  ['GET', '/api/v1/namespaces/x/pods/p/%70roxy//a', 'REQUEST_MALFORMED'],
  ['GET', '/apis/a/v1/namespaces/x/pods/p/proxy//a', 'REQUEST_MALFORMED'],
  ['GET', '/api/v1/namespaces/x/pods/p/proxy//../a', 'REQUEST_MALFORMED'],
]);

table('T11: what clients really send is read, and decoded once', [
  ['GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode', 'get - clusterroles system:node'],
  ['GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node', 'get - clusterroles system:node'],
  ['GET', '/api/v1/namespaces/x/pods/a%20b', 'get x pods a b'],
  ['GET', '/api/v1/namespaces/x/pods/caf%C3%A9', 'get x pods café'],
  ['GET', '/api/v1/namespaces/x/pods/...', 'get x pods ...'],
  ['GET', '/api/v1/namespaces/x/pods/a%3Fb%23c', 'get x pods a?b#c'],
  ['GET', '/api/v1/pods/', 'list - pods -'],
  ['GET', '/api/v1/pods?', 'list - pods -'],
  ['GET', '/api/v1/namespaces/x/pods/p/?', 'get x pods p'],
  ['GET', '/apis/apps/v1/', 'get path /apis/apps/v1/'],
  ['GET', '/', 'get path /'],
  ['GET', '/openapi/v3/apis/apps/v1?hash=AB%2FC', 'get path /openapi/v3/apis/apps/v1'],
  ['HEAD', '/version', 'head path /version'],
]);

table('T12: a target that is not a path', [
  ['GET', 'http://other/api/v1/pods', 'REQUEST_MALFORMED'],
  ['GET', 'https://other:6443/api/v1/secrets', 'REQUEST_MALFORMED'],
  ['GET', 'other:443', 'REQUEST_MALFORMED'],
  ['GET', '*', 'REQUEST_MALFORMED'],
  ['GET', '', 'REQUEST_MALFORMED'],
  ['GET', '?watch=1', 'REQUEST_MALFORMED'],
  ['CONNECT', 'other:443', 'METHOD_NOT_ALLOWED'],
]);

table('T13: verbs before the resource', [
  ['GET', '/api/v1/watch/pods', 'watch - pods -'],
  ['GET', '/api/v1/watch/namespaces/x/pods/p', 'watch x pods p'],
  ['GET', '/apis/apps/v1/watch/namespaces/x/deployments', 'watch x deployments -'],
  ['POST', '/api/v1/watch/pods', 'watch - pods -'],
  ['DELETE', '/api/v1/proxy/namespaces/x/services/s/a/b', 'proxy x services s'],
  ['GET', '/api/v1/proxy/nodes/n', 'proxy - nodes n'],
  ['GET', '/api/v1/watch', 'REQUEST_MALFORMED'],
  ['GET', '/apis/apps/v1/proxy/', 'REQUEST_MALFORMED'],
]);

table('T14: watch in all its spellings', [
  ...[
    'watch',
    'watch=',
    'watch=1',
    'watch=true',
    'watch=TRUE',
    'watch=no',
    'watch=00',
    'w%61tch=1',
    'watch=%74rue',
  ].map((query): Row => ['GET', `/api/v1/pods?${query}`, 'watch - pods -']),
  ...['watch=0', 'watch=false', 'watch=FALSE', 'watch=False', 'watch=fal%C5%BFe', 'x=watch', ''].map(
    (query): Row => ['GET', `/api/v1/pods?${query}`, 'list - pods -'],
  ),
  // A bad parameter beside it: the API server forgets the name, and folds case by other rules.
  ['GET', '/api/v1/pods?watch=1&limit=x', 'watch - pods -'],
  ['GET', '/api/v1/pods?watch=fal%C5%BFe&limit=x', 'watch - pods -'],
  ['GET', '/api/v1/pods?watch=fal%C5%BFe&fieldSelector=junk', 'watch - pods -'],
  ['GET', '/api/v1/pods?watch=fal%C5%BFe&labelSelector=a=b=c', 'watch - pods -'],
  ['GET', '/api/v1/pods?watch=FALSE&limit=x', 'list - pods -'],
  ['GET', '/api/v1/pods?watch=1&fieldSelector=metadata.name%3Da&labelSelector=!!', 'watch - pods -'],
  ['GET', '/api/v1/pods?watch=1&fieldSelector=metadata.name%3Da&timeoutSeconds=', 'watch - pods -'],
  ['GET', '/api/v1/namespaces/x/pods/p?watch=1', 'get x pods p'],
  ['GET', '/api/v1/pods?watch=true&watch=false', 'QUERY_AMBIGUOUS'],
  ['GET', '/api/v1/pods?watch=true&w%61tch=true', 'QUERY_AMBIGUOUS'],
  ['GET', '/api/v1/pods?Watch=true', 'QUERY_AMBIGUOUS'],
  ['GET', '/api/v1/pods?limit=1;watch=true', 'QUERY_AMBIGUOUS'],
]);

table('T15: subresources of a namespace are not resources in it', [
  ['PUT', '/api/v1/namespaces/x/finalize', 'update x namespaces/finalize x'],
  ['PATCH', '/api/v1/namespaces/x/status', 'patch x namespaces/status x'],
  ['GET', '/api/v1/namespaces/x', 'get x namespaces x'],
  ['GET', '/api/v1/namespaces', 'list - namespaces -'],
  ['GET', '/api/v1/namespaces/x/pods', 'list x pods -'],
  ['DELETE', '/api/v1/namespaces', 'deletecollection - namespaces -'],
]);

table('T16: names and subresources of several segments', [
  ['GET', '/api/v1/nodes/n/proxy/a/b', 'get - nodes/proxy n'],
  ['PUT', '/apis/apps/v1/namespaces/x/deployments/d/scale', 'update x deployments/scale d'],
  ['POST', '/api/v1/namespaces/x/serviceaccounts/s/token', 'create x serviceaccounts/token s'],
  ['POST', '/api/v1/namespaces/x/pods/p/eviction', 'create x pods/eviction p'],
  ['POST', '/api/v1/namespaces/x/pods/p/binding', 'create x pods/binding p'],
  ['PATCH', '/apis/example.com/v1/namespaces/x/widgets/w/status', 'patch x widgets/status w'],
  ['GET', '/api/v1/namespaces/x/services/https:s:443/proxy/', 'get x services/proxy https:s:443'],
]);

table('T19: a field selector that names one object', [
  ['GET', '/api/v1/pods?fieldSelector=metadata.name=a', 'list - pods a'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name%3D%3Da&watch', 'watch - pods a'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name!=a', 'list - pods -'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name=b,metadata.name=a', 'list - pods a'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name=a,metadata.name!=a', 'list - pods a'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name%20in%20(a)', 'list - pods -'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name=a%5C,b', 'list - pods a,b'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name=a%2Fb', 'list - pods -'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name=..', 'list - pods -'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.Name=a', 'list - pods -'],
  ['GET', '/api/v1/pods?fieldSelector=metadata.name=a&fieldSelector=metadata.name=b', 'QUERY_AMBIGUOUS'],
  ['GET', '/api/v1/pods?fieldselector=metadata.name=a', 'QUERY_AMBIGUOUS'],
  ['DELETE', '/api/v1/namespaces/x/pods?fieldSelector=metadata.name=a', 'deletecollection x pods -'],
]);

table('T22: methods', [
  ['HEAD', '/api/v1/pods', 'list - pods -'],
  ['POST', '/api/v1/namespaces/x/pods', 'create x pods -'],
  ['PUT', '/api/v1/namespaces/x/pods/p', 'update x pods p'],
  ['PATCH', '/api/v1/namespaces/x/pods/p', 'patch x pods p'],
  ['DELETE', '/api/v1/namespaces/x/pods/p', 'delete x pods p'],
  ...['OPTIONS', 'TRACE', 'get', 'Get', 'PROPFIND', '', 'GET ', '__proto__'].map(
    (method): Row => [method, '/api/v1/pods', 'METHOD_NOT_ALLOWED'],
  ),
]);

table('OPTIONS has no verb, and is taken through the proxies alone', [
  ['OPTIONS', '/api/v1/namespaces/x/services/http:s:80/proxy/a', ' x services/proxy http:s:80'],
  ['OPTIONS', '/', 'METHOD_NOT_ALLOWED'],
  ['OPTIONS', '/apis/example.com/v1/namespaces/x/pods/p/proxy/', 'METHOD_NOT_ALLOWED'],
]);

table('T24: query keys that change the meaning, given twice or misspelt', [
  ...[
    'dryRun',
    'force',
    'propagationPolicy',
    'gracePeriodSeconds',
    'orphanDependents',
    'fieldManager',
    'labelSelector',
    'resourceVersion',
    'container',
    'uid',
  ].map((key): Row => ['DELETE', `/api/v1/namespaces/x/pods/p?${key}=All&${key}=All`, 'QUERY_AMBIGUOUS']),
  ...[
    'dryrun=All',
    'DryRun=All',
    'dry-run=All',
    'dry_run=All',
    'dryRun%20=All',
    'dryRun=all',
    'dryRun=',
    'dryRun=true',
    'graceperiodseconds=0',
    'propagation-policy=Orphan',
  ].map((query): Row => ['DELETE', `/api/v1/namespaces/x/pods/p?${query}`, 'QUERY_AMBIGUOUS']),
  ['DELETE', '/api/v1/namespaces/x/pods/p?dryRun=All', 'delete x pods p'],
  ['GET', '/api/v1/namespaces/x/pods?shardSelector=a&shardSelector=b', 'QUERY_AMBIGUOUS'],
  ['GET', '/api/v1/namespaces/x/pods?shardselector=a', 'QUERY_AMBIGUOUS'],
  ['POST', '/api/v1/namespaces/x/pods/p/exec?command=sh&command=-c&command=a%3Bb%0Ac', 'create x pods/exec p'],
  ['GET', '/api/v1/namespaces/x/pods?foo=1&foo=2&timeout=32s', 'list x pods -'],
  // What stands behind a proxy reads the query by rules of its own.
  ['GET', '/api/v1/namespaces/x/services/s/proxy/search?limit=1&limit=2&Force=1', 'get x services/proxy s'],
  ['GET', '/api/v1/pods?limit=%zz', 'REQUEST_MALFORMED'],
  ['GET', '/api/v1/pods?limit=%ff', 'REQUEST_MALFORMED'],
  ['GET', '/api/v1/pods?labelSelector=a%00', 'REQUEST_MALFORMED'],
  ['GET', '/api/v1/pods?limit=1#x', 'REQUEST_MALFORMED'],
  ['GET', '/api/v1/pods?x=é', 'REQUEST_MALFORMED'],
  ['GET', `/api/v1/pods?${'x&'.repeat(4096)}`, 'list - pods -'],
  ['GET', `/api/v1/pods?${'x&'.repeat(4097)}`, 'URI_TOO_LONG'],
]);

table('T6: a token in the query is refused, however it is spelt', [
  ['GET', '/api/v1/pods?access_token=x', 'CREDENTIALS_AMBIGUOUS'],
  ['GET', '/api/v1/pods?access%5Ftoken=x', 'CREDENTIALS_AMBIGUOUS'],
]);

test('selectors are told for what is selected, and only there', () => {
  const query = '?labelSelector=app%3Dweb&fieldSelector=status.phase%3DRunning';
  const both = ['app=web', 'status.phase=Running'];
  const rows: [string, string, string[]][] = [
    ['GET', `/api/v1/pods${query}`, both],
    ['DELETE', `/api/v1/namespaces/x/pods${query}`, both],
    ['GET', `/api/v1/pods${query}&limit=x`, both],
    ['GET', `/api/v1/watch/pods${query}`, ['', '']],
    ['GET', `/api/v1/namespaces/x/pods/p${query}`, ['', '']],
    ['POST', `/api/v1/namespaces/x/pods${query}`, ['', '']],
  ];
  for (const [method, uri, expected] of rows) {
    const info = requestInfo(method, uri);
    assert.deepEqual([info.labelSelector, info.fieldSelector], expected, `${method} ${uri}`);
  }
});

test('T11: whatever is not refused is the same when it is decoded again', () => {
  const piece = fc.constantFrom('a', '.', '%2e', '%2f', '%25', '%41', '/', '%c3%a9', ':', '%3A', '\\', '%5c', '%20');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const uri = `/api/v1/${pieces.join('')}`;
      if (['REQUEST_MALFORMED'].includes(outcome('GET', uri))) return;
      const { path } = requestInfo('GET', uri);
      assert.equal(decodeURIComponent(path), path);
      assert.equal(
        new URL(path.replaceAll(' ', '%20').replaceAll('?', '%3F'), 'http://h').pathname.split('/').length,
        uri.split('/').length,
      );
    }),
  );
});
