/*
 * How each client of the table takes a no and a wait, measured again and compared with what docs/reference/clients.md says: exit codes, what is printed, how often it asks.
 * Where a client is renewed and says it otherwise, `node test/clients/measure.ts` writes it down, for a person to read.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { ANSWERS, type Answer, askings } from '../clients/asking.ts';
import { clientNamed } from '../clients/clients.ts';
import { type AnswersMeasured, measureAnswers } from '../clients/measure-answers.ts';
import { leftOut } from '../support/left-out.ts';
import { sharedCluster } from '../support/test-cluster.ts';

const expected: Readonly<Partial<Record<Answer, AnswersMeasured>>> = JSON.parse(
  readFileSync(new URL('../vectors/client-answers.json', import.meta.url), 'utf8'),
);

const HOW: Readonly<Record<Answer, string>> = {
  no: 'T87: a client that is told no',
  soon: 'T81: a client whose request waits for a person, who says yes',
  late: 'T81: a client whose request waits for longer than a reply is held open',
  never: 'T81: a client whose request nobody answers',
};

const cluster = await sharedCluster('how real clients take a no and a wait');

if (cluster !== undefined) {
  const here = askings.filter(({ client }) => {
    const { missing } = clientNamed(client);
    if (missing !== undefined) leftOut(`how ${client} takes a no and a wait`, missing);
    return missing === undefined;
  });
  for (const answer of ANSWERS) {
    const known = expected[answer];
    if (known === undefined) continue; // not written down yet
    describe(HOW[answer], () => {
      let measured: AnswersMeasured;
      before(async () => {
        measured = await measureAnswers(cluster, answer, here);
      });
      for (const { name, kinds } of here)
        for (const kind of kinds) {
          const asked = `${name} ${kind}`;
          if (known[asked] === undefined) continue;
          test(asked, () => assert.deepEqual(measured[asked], known[asked]));
        }
    });
  }
}
