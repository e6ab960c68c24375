import assert from 'node:assert/strict';
import { type DecodedPath, pathSegments } from '../../../src/connectors/kubernetes/request/path-segments.ts';
import { requestInfo } from '../../../src/connectors/kubernetes/request/request-info.ts';
import { Refusal } from '../../../src/model/refusal.ts';
import { fc } from '../../support/property.ts';
import type { FuzzTarget } from '../target.ts';

const PIECES = [
  '/',
  '//',
  '.',
  '..',
  '%2e',
  '%2F',
  '%25',
  '%5c',
  '\\',
  '%00',
  '%c3%a9',
  '%ff',
  '%',
  '#',
  '?',
  ';',
  ':',
  '%3A',
  'api',
  'apis',
  'v1',
  'watch',
  'namespaces',
  'proxy',
];

/** Paths: read once, and by every other reader alike. */
export const target: FuzzTarget = {
  name: 'path',
  corpus: [
    '/api/v1/namespaces/default/pods/web-0',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
    '/api/v1/watch/namespaces/x/pods',
    '/api/v1/nodes/n/proxy/exec/x/p/c',
    '/openapi/v3/apis/apps/v1',
    '/',
  ],
  dictionary: PIECES,
  inputs: fc
    .array(fc.constantFrom(...PIECES), { maxLength: 12 })
    .map((pieces) => Buffer.from(`/${pieces.join('')}`, 'latin1')),
  check: (input) => laws(input, pathSegments),
  canary: (input) => laws(input, decodeThenSplit),
};

function laws(input: Buffer, read: (raw: string) => DecodedPath): string {
  const raw = input.toString('latin1');
  if (raw.includes('?')) return 'query';
  let decoded: DecodedPath;
  try {
    decoded = read(raw);
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.message.replace(/ *`.*$/s, '');
    throw thrown;
  }
  const { path, segments } = decoded;
  assert.equal(decodeURIComponent(path), path, 'decoding it again changes it');
  assert.ok(
    !segments.some((segment) => segment === '' || segment === '.' || segment === '..'),
    'an empty or dot segment',
  );
  const trimmed = raw.replace(/^\/|\/$/g, '');
  assert.deepEqual(
    segments,
    trimmed === '' ? [] : trimmed.split('/').map(decodeURIComponent),
    'cut before it is decoded',
  );
  assert.equal(decodeURIComponent(new URL(`http://host${raw}`).pathname), path, 'another reader reads another path');
  return verbOf(raw);
}

function verbOf(raw: string): string {
  try {
    const { verb, isResourceRequest, subresource, namespace } = requestInfo('GET', raw);
    return `${verb} ${isResourceRequest} ${subresource !== ''} ${namespace !== ''}`;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
}

/** The bug: it is decoded first and cut afterwards, so that an encoded slash separates. */
function decodeThenSplit(raw: string): DecodedPath {
  const { path } = pathSegments(raw.replaceAll(/%2f/gi, '%3A'));
  const whole = raw.toLowerCase().includes('%2f') ? decodeURIComponent(raw) : path;
  return { path: whole, segments: whole.split('/').filter((segment) => segment !== '') };
}
