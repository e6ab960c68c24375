import { fc } from '../support/property.ts';

/** A method and a request target. */
export interface Asked {
  readonly method: string;
  readonly uri: string;
}

const PARTS = [
  ...[
    'api',
    'apis',
    'v1',
    'apps',
    'watch',
    'proxy',
    'namespaces',
    'status',
    'finalize',
    'pods',
    'nodes',
    'services',
    'exec',
    'log',
    'a',
    'x:1',
  ],
  ...[
    'system%3Anode',
    '%61',
    '..',
    '.',
    '%2e',
    '%2E%2e',
    '...',
    '%2f',
    '%25',
    '%5c',
    '\\',
    '%00',
    '%c3%a9',
    '%ff',
    '',
    ' ',
    '#',
    ';',
    '+',
    '%',
    '%4',
  ],
];
const KEYS = [
  'watch',
  'fieldSelector',
  'labelSelector',
  'limit',
  'timeoutSeconds',
  'dryRun',
  'Watch',
  'w%61tch',
  'x',
  '',
];
const FIELD_PIECES = [
  'metadata.name',
  'status.phase',
  '=',
  '==',
  '!=',
  'a',
  'b',
  ',',
  '%5C',
  '%2F',
  '%25',
  '..',
  '%20',
  '%C3%A9',
  '\\',
];
const LABEL_PIECES = [
  'a',
  'b.c/d',
  'in',
  'notin',
  '(',
  ')',
  ',',
  '=',
  '==',
  '!=',
  '!',
  '>',
  '<',
  '5',
  '+',
  '%20',
  '%09',
  '-',
  'A_z',
  '/',
];
const VALUES = [
  '',
  '0',
  '1',
  'true',
  'FALSE',
  'false',
  'fal%C5%BFe',
  '+5',
  '%2B5',
  '-5',
  '9223372036854775808',
  'All',
  '%zz',
  '%00',
  ';',
  '#',
];

const NUMBERS = [
  '',
  '0',
  '+5',
  '-5',
  '007',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775809',
  '1_0',
  '0x1',
  ' 1',
  '1.0',
];

/** Requests that are built from what means something to the API server, and from what may confuse a reader. */
export function requests(): fc.Arbitrary<Asked> {
  return fc.oneof({ weight: 2, arbitrary: hostileRequests() }, { weight: 1, arbitrary: selections() });
}

/**
 * Lists whose verb shows whether the API server could read the selectors and numbers: it takes `falſe` for false where it could, and for true
 * where it could not.
 */
function selections(): fc.Arbitrary<Asked> {
  const label = pieces(LABEL_PIECES);
  const field = pieces(FIELD_PIECES);
  const number = fc.constantFrom(...NUMBERS).map((each) => each.replace('+', '%2B').replace(' ', '%20'));
  return fc.record({ label, field, number }, { requiredKeys: [] }).map(({ label, field, number }) => {
    const given = Object.entries({ labelSelector: label, fieldSelector: field, limit: number }).filter(
      ([, value]) => value !== undefined,
    );
    const query = ['watch=fal%C5%BFe', ...given.map(([key, value]) => `${key}=${value}`)];
    return { method: 'GET', uri: `/api/v1/pods?${query.join('&')}` };
  });
}

function pieces(of: readonly string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...of), { maxLength: 8 }).map((each) => each.join(''));
}

/** Requests whose paths and queries hold anything. */
function hostileRequests(): fc.Arbitrary<Asked> {
  const noise = fc.string({ unit: 'binary-ascii', maxLength: 4 });
  const method = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE') },
    { weight: 1, arbitrary: fc.constantFrom('OPTIONS', 'get', 'TRACE', 'CONNECT') },
  );
  const part = fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...PARTS) }, { weight: 1, arbitrary: noise });
  const start = fc.constantFrom('/api/v1/', '/apis/apps/v1/', '/api/v1/namespaces/x/', '/', '', '//', 'http://h/');
  const path = fc.tuple(start, fc.array(part, { maxLength: 6 })).map(([first, parts]) => first + parts.join('/'));
  const pieces = (of: readonly string[]) =>
    fc.array(fc.constantFrom(...of), { maxLength: 8 }).map((each) => each.join(''));
  const value = fc.oneof(fc.constantFrom(...VALUES), pieces(FIELD_PIECES), pieces(LABEL_PIECES), noise);
  const query = fc.array(fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom('=', '=', '='), value), { maxLength: 4 });
  return fc.record({ method, path, query }).map(({ method, path, query }) => ({
    method,
    uri: query.length === 0 ? path : `${path}?${query.map((pair) => pair.join('')).join('&')}`,
  }));
}
