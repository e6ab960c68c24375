import assert from 'node:assert/strict';
import { test } from 'node:test';
import { narrowerAskSchema, proposalSchema, whoCanQuery, whyAskSchema } from './policy-contract.ts';

const WHY = { as: 'ci:dev', command: 'get pods' };
const WHO = { verb: 'get', resource: 'pods' };
const CONTROL = ['\0', '\u001b', '\u007f', '\u009b'];

test('words that hold control characters are refused before they are given to a process', () => {
  for (const at of CONTROL) {
    const word = `a${at}b`;
    const asked = [
      ...['as', 'issuer', 'target', 'command'].map((key) => whyAskSchema.safeParse({ ...WHY, [key]: word })),
      whyAskSchema.safeParse({ ...WHY, groups: [word] }),
      ...['verb', 'resource', 'name', 'namespace'].map((key) => whoCanQuery.safeParse({ ...WHO, [key]: word })),
      narrowerAskSchema.safeParse({ caller: word }),
      proposalSchema.safeParse({ files: [{ file: word, text: '' }] }),
    ];
    for (const { success, error } of asked) {
      assert.equal(success, false, JSON.stringify(word));
      assert.match(error?.issues[0]?.message ?? '', /control characters/);
    }
  }
});

test('a command may be pasted in several lines', () => {
  for (const command of ['kubectl get pods \\\n\t-n shop', 'get pods \\\r\n -n shop'])
    assert.equal(whyAskSchema.safeParse({ ...WHY, command }).success, true);
});
