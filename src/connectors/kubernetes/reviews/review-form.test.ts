import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { reviewForm } from './review-form.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const AS = ';as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** What the client accepts, and what upstream is asked for; `as came` where nothing of it can be served. */
const ROWS: readonly (readonly [accept: string | undefined, asked: string])[] = [
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['application/*;q=0.5', 'application/json'],
  ['application/json', 'application/json'],
  ['Application/JSON; charset=utf-8', 'application/json;charset=utf-8'],
  ['application/json;pretty=1', 'application/json;pretty=1'],
  [`${PROTOBUF},application/json`, 'application/json'],
  [`${PROTOBUF}, */*;q=0.1`, 'application/json'],
  [PROTOBUF, PROTOBUF],
  [`${PROTOBUF};q=0.5,application/yaml`, 'yaml application/json'],
  ['application/yaml', 'yaml application/json'],
  ['application/yaml,application/json;q=0.9', 'yaml application/json'],
  ['application/yaml;q=0.8,application/json', 'application/json'],
  ['*/*,application/yaml', 'yaml application/json'],
  [`application/json${AS}`, `metadata application/json${AS}`],
  [`application/json${AS},application/json`, `metadata application/json${AS}`],
  [`${PROTOBUF}${AS}`, `metadata ${PROTOBUF}${AS}`],
  [`${PROTOBUF}${AS},application/json${AS}`, `metadata ${PROTOBUF}${AS}`],
  [`application/yaml${AS}`, `yaml metadata application/json${AS}`],
  ['application/json;as=Table;g=meta.k8s.io;v=v1', 'application/json;as=Table;g=meta.k8s.io;v=v1'],
  ['text/html', 'as came'],
  ['application/cbor', 'as came'],
  ['application/json;q=0', 'as came'],
  ['application/json;q=x', 'as came'],
  [',', 'as came'],
];

suite('the form in which a review of oneself is asked for', () => {
  for (const [accept, expected] of ROWS)
    test(`${accept ?? 'nothing said'} is ${expected}`, () => {
      const form = reviewForm(new Map(accept === undefined ? [] : [['accept', [accept]]]));
      const said = [form.isYaml && 'yaml', form.isMetadata && 'metadata', form.accept ?? 'as came'];
      assert.equal(said.filter((each) => each !== false).join(' '), expected);
    });

  test('several headers are one list', () => {
    const form = reviewForm(new Map([['accept', ['application/yaml;q=0.1', PROTOBUF]]]));
    assert.equal(form.accept, PROTOBUF);
  });
});
