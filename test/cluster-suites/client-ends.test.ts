/*
 * How each client of the table takes the end of its streams, measured again and compared with what docs/reference/clients.md says: exit codes, what is printed, who goes
 * on. Where a client is renewed and says it otherwise, `node test/clients/measure.ts` writes it down, for a person to read.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { clientNamed } from '../clients/clients.ts';
import { END_CAUSES, type EndCause, endings } from '../clients/ending.ts';
import { type EndsMeasured, measureEnds } from '../clients/measure-ends.ts';
import { leftOut } from '../support/left-out.ts';
import { sharedCluster } from '../support/test-cluster.ts';

const expected: Readonly<Record<EndCause, EndsMeasured>> = JSON.parse(
  readFileSync(new URL('../vectors/client-ends.json', import.meta.url), 'utf8'),
);

const HOW: Readonly<Record<EndCause, string>> = {
  token: 'its caller’s token',
  access: 'its caller’s access',
  stop: 'the gateway',
};

const cluster = await sharedCluster('how real clients take the end of a stream');

if (cluster !== undefined) {
  const here = endings.filter(({ client }) => {
    const { missing } = clientNamed(client);
    if (missing !== undefined) leftOut(`how ${client} takes the end of a stream`, missing);
    return missing === undefined;
  });
  for (const cause of END_CAUSES) {
    describe(`T82: a stream that ends with ${HOW[cause]}`, () => {
      let measured: EndsMeasured;
      before(async () => {
        measured = await measureEnds(cluster, cause, here);
      });
      for (const { name, kinds } of here)
        for (const kind of kinds) {
          const stream = `${name} ${kind}`;
          if (expected[cause][stream] === undefined) continue; // not written down yet
          test(stream, () => assert.deepEqual(measured[stream], expected[cause][stream]));
        }
    });
  }
}
