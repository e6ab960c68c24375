import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placePath } from './place-path.ts';

test('a place is keys joined by dots, elements, and wildcards', () => {
  for (const [text, steps] of [
    ['data.password', ['data', 'password']],
    ['.data.password', ['data', 'password']],
    ['$.spec.users[*].password', ['spec', 'users', '*', 'password']],
    ['spec.**.token', ['spec', '**', 'token']],
    ['spec.list[0][1]', ['spec', 'list', '0', '1']],
    ['data["tls.crt"]', ['data', 'tls.crt']],
    ["data['a[0].b']", ['data', 'a[0].b']],
    ['data.tls\\.crt', ['data', 'tls.crt']],
    ['metadata.annotations["example.com/key"]', ['metadata', 'annotations', 'example.com/key']],
    ['data.DB_*', ['data', 'DB_*']],
  ] as const)
    assert.deepEqual(placePath(text), steps, text);
});

test('what could be read two ways is no place, and what an object is called is none that is masked', () => {
  for (const [text, why] of [
    ['', /expected a place/],
    ['$', /expected a place/],
    ['spec..token', /joined by one dot/],
    ['spec.', /joined by one dot/],
    ['spec.a[b]', /is no step/],
    ['spec.a"b', /joined by one dot/],
    ['spec[', /is no step/],
    ['kind', /never masked/],
    ['metadata.name', /never masked/],
    ['metadata.ownerReferences[0].uid', /never masked/],
    ['a'.repeat(10) + '.a'.repeat(80), /at most 64 steps/],
  ] as const) {
    const said = placePath(text);
    assert.match(typeof said === 'string' ? said : said.join(), why, text);
  }
});
