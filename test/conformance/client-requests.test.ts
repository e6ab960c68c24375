import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex, Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { powerOf } from '../../src/connectors/kubernetes/powers.ts';
import { requestInfo } from '../../src/connectors/kubernetes/request/request-info.ts';
import { checkUpgrade } from '../../src/connectors/kubernetes/request/upgrade.ts';
import type { RawRequest, Request } from '../../src/model/request.ts';
import { accept } from '../../src/pipeline/accept.ts';
import { DEFAULT_LIMITS } from '../../src/pipeline/limits.ts';
import { newExchangeId } from '../../src/std/ids.ts';

/** A request as a real client began it; see test/clients for the clients and what they were made to do. */
interface Captured {
  readonly clients: readonly string[];
  readonly httpVersion: '1.1' | '2.0';
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

const corpus = JSON.parse(
  readFileSync(join(import.meta.dirname, '../vectors/client-requests.json'), 'utf8'),
) as Captured[];

describe('what real clients send is never refused', () => {
  test('the corpus has every client of the table', () => {
    const clients = new Set(corpus.flatMap((each) => each.clients));
    for (const kind of ['kubectl', 'helm', 'python', 'javascript', 'client-go']) {
      assert.ok(
        [...clients].some((client) => client.startsWith(kind)),
        kind,
      );
    }
    assert.ok(corpus.length > 300, String(corpus.length));
  });

  test('T11 T24: its headers are accepted, its path and query read, its upgrade taken', () => {
    for (const captured of corpus) {
      const named = `${captured.clients[0]}: ${captured.method} ${captured.target}`;
      assert.doesNotThrow(() => readAll(captured), named);
    }
  });
});

function readAll(captured: Captured): void {
  const request: Request = accept(toRaw(captured), DEFAULT_LIMITS);
  const info = requestInfo(request.method, request.uri);
  checkUpgrade(request, info.isResourceRequest ? powerOf(info) : undefined, undefined);
}

function toRaw({ method, target, httpVersion, headers }: Captured): RawRequest {
  const isUpgrade = headers.some(([name]) => name === 'upgrade');
  return {
    id: newExchangeId(0),
    method,
    uri: target,
    rawHeaders: headers.flat(),
    httpVersion,
    peer: '127.0.0.1',
    body: Readable.from([]),
    upgrade: isUpgrade ? { socket: new Duplex(), head: Buffer.alloc(0) } : undefined,
  };
}
