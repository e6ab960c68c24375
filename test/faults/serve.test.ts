/*
 * Every port of the data path fails at its n-th call, for n = 1, 2, 3 … until the request succeeds. Whatever failed: nothing was forwarded whose intent
 * was not recorded first, what the caller gets is a refusal with a known code, and each exchange that began ended once.
 */

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { parsePolicies } from '../../src/config/parse-policies.ts';
import type { Connector, Probe } from '../../src/connectors/connector.ts';
import { noTarget, noWriteBack } from '../../src/main/no-target.ts';
import type { Caller } from '../../src/model/caller.ts';
import type { Operation } from '../../src/model/operation.ts';
import { REFUSAL_CODES } from '../../src/model/refusal-codes.ts';
import type { RawRequest } from '../../src/model/request.ts';
import { noAccess } from '../../src/pipeline/access.ts';
import { noApprovals } from '../../src/pipeline/approvals.ts';
import { noBudgets } from '../../src/pipeline/budgets.ts';
import { DeletedObjects } from '../../src/pipeline/deleted-objects.ts';
import type { Gateway } from '../../src/pipeline/gateway.ts';
import { HeldReleases } from '../../src/pipeline/held-releases.ts';
import { InFlight } from '../../src/pipeline/in-flight.ts';
import { DEFAULT_LIMITS } from '../../src/pipeline/limits.ts';
import { noNovelty } from '../../src/pipeline/novelty.ts';
import { noPreImages } from '../../src/pipeline/pre-images.ts';
import { createRecorder } from '../../src/pipeline/record.ts';
import { serve } from '../../src/pipeline/serve.ts';
import { Turns } from '../../src/pipeline/turns.ts';
import type { Event } from '../../src/recording/event.ts';
import { bytesSource, collectBytes } from '../../src/std/byte-source.ts';
import type { ExchangeId, SessionId } from '../../src/std/ids.ts';
import { threadTime } from '../../src/std/thread-time.ts';
import { compileRules } from '../support/compile-rules.ts';
import { testMasking } from '../support/masking.ts';
import { noKeeper } from '../support/no-keeper.ts';

const JSON_TYPE = ['Content-Type', 'application/json'];
const SECRET = 'planted-secret-value';

const CALLER: Caller = {
  subject: 'dev',
  groups: ['ops'],
  issuer: 'main',
  kind: 'autonomous',
  labels: {},
  tokenEndsAt: 2e12,
  tokenDigest: 'd',
};

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: all, effect: allow, verbs: [get, delete, watch], apiGroups: ["*"], resources: ["*"] }
  - { id: held, effect: allow, verbs: [patch], apiGroups: ["*"], resources: ["*"], when: 'existing.metadata.name == "a"' }
`;

function operation(change: Partial<Operation>): Operation {
  return {
    target: 'demo', isResourceRequest: true, path: '/api/v1/namespaces/shop/configmaps/a', verb: 'get', apiPrefix: 'api', apiGroup: '', apiVersion: 'v1',
    namespace: 'shop', resource: 'configmaps', subresource: '', name: 'a', parts: ['configmaps', 'a'], fieldSelector: '', labelSelector: '', power: undefined,
    equals: [], isChange: false, isStream: false, isSecret: false, query: new Map(), options: { isDryRun: false }, stream: undefined, body: undefined, ...change,
  };
} // biome-ignore format: one value

interface Run {
  readonly status: number;
  readonly code: string;
  readonly forwardedWith: readonly Event[] | undefined;
  readonly events: readonly Event[];
  readonly calls: number;
  readonly seen: string;
}

/** Runs one request in which the call number `failing` of any port throws. */
async function run(asked: Operation, failing: number): Promise<Run> {
  let calls = 0;
  const events: Event[] = [];
  let forwardedWith: readonly Event[] | undefined;
  let code = '';
  let conflicts = 0;
  const port = <T extends (...args: never[]) => unknown>(call: T): T =>
    ((...args) => {
      if (++calls === failing) throw new Error(`port failed, ${SECRET}`);
      return call(...args);
    }) as T;
  const asyncPort = <T extends (...args: never[]) => Promise<unknown>>(call: T): T =>
    (async (...args: never[]) => port(call)(...args)) as unknown as T;
  const connector: Connector = {
    parse: asyncPort(async () => asked),
    forward: asyncPort(async ({ precondition }) => {
      if (precondition !== undefined && ++conflicts === 1)
        return { kind: 'unary' as const, status: 409, headers: [], body: bytesSource(Buffer.from('changed')) };
      forwardedWith = [...events];
      return { kind: 'unary' as const, status: 200, headers: JSON_TYPE, body: bytesSource(Buffer.from('{}')) };
    }),
    amend: async (request) => request,
    pin: asyncPort(async (request, operation) => {
      const precondition = { resourceVersion: String(conflicts), uid: 'u' };
      return { request, operation, precondition };
    }),
    isConflict: ({ status }) => status === 409,
    framed: (_permit, reply) => reply,
    unrepeatable: port(() => undefined),
    asking: port(() => ({ what: 'it', mayDiffer: [], patience: { waitMs: 0, after: 'told' as const } })),
    undo: noTarget.undo,
    refuse: (refusal) => {
      code = refusal.code;
      return {
        kind: 'refused',
        status: refusal.status,
        headers: JSON_TYPE,
        body: Buffer.from(refusal.message + refusal.advice),
      };
    },
  };
  const nothing = async () => 'unknown' as const;
  const probe: Probe = {
    existing: async () => ({ metadata: { name: 'a' } }),
    result: nothing,
    pod: nothing,
    namespaceLabels: nothing,
    services: nothing,
    preview: async () => ({ risks: [], missing: [] }),
    podSecrets: async () => ({ secrets: [], failed: [] }),
    takesDryRuns: async () => false,
    lifeBehind: () => undefined,
    clusterUid: async () => 'unknown',
  };
  const rules = parsePolicies([{ path: 'p.yaml', text: POLICY }]);
  assert.ok('rules' in rules);
  const compiled = compileRules(rules.rules, { unsafe: new Set() });
  const clock = { now: () => 1e12, monotonic: () => 0 };
  const quiet = { begun() {}, ended() {}, unauthenticated() {}, throttled() {}, failed() {} };
  const journal = {
    append: port((event: Event) => {
      events.push(event);
      return { written: asyncPort(async () => {}), synced: asyncPort(async () => {}) };
    }),
  };
  const gateway: Gateway = {
    limits: DEFAULT_LIMITS,
    clock,
    authenticate: asyncPort(async () => CALLER),
    connector,
    probe,
    writeBack: noWriteBack,
    deleted: new DeletedObjects(clock),
    releases: new HeldReleases(clock),
    access: noAccess,
    approvals: noApprovals,
    budgets: noBudgets,
    novelty: noNovelty,
    preImages: noPreImages,
    rules: port(() => compiled),
    masking: testMasking(),
    recorder: createRecorder({
      target: 'demo',
      journal,
      observer: quiet,
      clock,
      rates: { take: () => undefined, takeBytes: () => undefined, worked() {} },
      turns: new Turns(clock.monotonic),
      threadTime: threadTime(),
      unknown: { refuse() {}, remember() {} },
      inFlight: new InFlight({ requestsPerCallerMax: 9, streamsPerCallerMax: 9 }),
      digestOf: () => 'keyed',
      ...noKeeper,
      masking: testMasking(),
      access: noAccess,
      approvals: noApprovals,
      sessionOf: () => 's' as SessionId,
    }),
  };
  const raw: RawRequest = {
    id: 'x' as ExchangeId,
    method: 'GET',
    uri: '/',
    rawHeaders: ['authorization', 'Bearer t'],
    httpVersion: '1.1',
    peer: '::1',
    body: Readable.from([]),
    upgrade: undefined,
  };
  const answer = await serve(gateway, raw, new AbortController().signal);
  assert.ok(answer.kind === 'unary' || answer.kind === 'refused');
  const body = answer.kind === 'refused' ? Buffer.from(answer.body) : await collectBytes(answer.body, 1000);
  return { status: answer.status, code, forwardedWith, events, calls, seen: body.toString() };
}

const ASKED: readonly (readonly [string, Operation])[] = [
  ['a read', operation({})],
  ['a change', operation({ verb: 'delete', isChange: true })],
  ['a stream', operation({ verb: 'watch', isStream: true })],
  ['a change whose object changes once', operation({ verb: 'patch', isChange: true })],
];

for (const [name, asked] of ASKED) {
  test(`T62: ${name} is never forwarded unrecorded, whichever port fails at whichever call`, async () => {
    let failing = 1;
    for (; failing < 50; failing++) {
      const result = await run(asked, failing);
      if (failing > result.calls) break;
      assert.ok(!result.seen.includes(SECRET), `call ${failing}: the caller sees what it must not`);
      if (result.status !== 200) {
        assert.ok(result.code in REFUSAL_CODES, `call ${failing}: ${result.code}`);
        assert.equal(result.forwardedWith, undefined, `call ${failing}: refused, and forwarded all the same`);
      } else {
        assertRecordedFirst(asked, result, failing);
      }
      assertEndedOnce(result, failing);
    }
    assert.ok(failing > 5, 'the ports were called');
    const whole = await run(asked, 0);
    assert.equal(whole.status, 200);
    assertRecordedFirst(asked, whole, 0);
  });
}

function assertRecordedFirst(asked: Operation, { forwardedWith }: Run, failing: number): void {
  const types = forwardedWith?.map((event) => event.type);
  const permitted = asked.verb === 'patch' ? 2 : asked.isChange || asked.isStream ? 1 : 0;
  const expected = ['exchange.begun', ...Array(permitted).fill('exchange.permitted')];
  assert.deepEqual(types, expected, `call ${failing}`);
}

function assertEndedOnce({ events }: Run, failing: number): void {
  const begun = events.filter((event) => event.type === 'exchange.begun').length;
  const ended = events.filter((event) => event.type === 'exchange.ended').length;
  assert.ok(begun <= 1 && ended <= begun, `call ${failing}: begun ${begun}, ended ${ended}`);
}
