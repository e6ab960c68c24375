import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { begun, ended, permitted } from '../../test/support/journal-events.ts';
import { fc } from '../../test/support/property.ts';
import { CHAIN_START, type ChainHead, LINE_BYTES_MAX, sealEvent } from './chain.ts';
import type { Event } from './event.ts';
import { type RecordedEvent, readChain, type SegmentEnd } from './read-chain.ts';

function seal(
  events: readonly Event[],
  from: ChainHead = CHAIN_START,
): { readonly lines: readonly string[]; readonly head: ChainHead } {
  const lines: string[] = [];
  let head = from;
  for (const event of events) {
    const sealed = sealEvent(head, event);
    lines.push(sealed.line);
    head = sealed.head;
  }
  return { lines, head };
}

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (let i = 0; from < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? bytes.length;
    yield bytes.subarray(from, from + size);
    from += size;
  }
}

async function read(
  bytes: Uint8Array,
  sizes: readonly number[] = [],
  previous?: ChainHead,
): Promise<{ events: RecordedEvent[]; end: SegmentEnd }> {
  const events: RecordedEvent[] = [];
  const reader = readChain(cut(bytes, sizes), previous);
  for (let step = await reader.next(); ; step = await reader.next()) {
    if (step.done) return { events, end: step.value };
    events.push(...step.value);
  }
}

const SAMPLE: readonly Event[] = [
  {
    type: 'journal.segment',
    at: 1,
    format: 'sallyport-journal/1',
    gateway: 'gw',
    segment: 1,
    previous: CHAIN_START.hash,
    carried: 0,
  },
  begun(1),
  permitted(1),
  ended(1, {
    kind: 'refused',
    code: 'DENIED_BY_RULE',
    status: 403,
    message: 'snow ☃, astral 😀, lone \ud800, `quotes" \\ \u2028`\n',
  }),
  { type: 'policy.loaded', at: 2, files: ['policy/a.yaml'], rules: 3, digest: 'ab' },
];

const HOSTILE = [
  '',
  '\n',
  '"',
  '","hash":"',
  '\\',
  '\u0000',
  '\u007f\u001b[31m',
  '\ud800',
  '{"seq":9,',
  '😀'.repeat(50),
  '__proto__',
];

test('what is sealed is read back as it was, whatever its strings hold', async () => {
  for (const text of HOSTILE) {
    const events = [
      begun(1, {
        method: text,
        caller: { subject: text, issuer: text, groups: [text], kind: 'person', labels: { [text]: text } },
      }),
    ];
    const { lines, head } = seal(events);
    assert.equal(lines.join('').split('\n').length, 2, 'one event is one line');
    const back = await read(Buffer.from(lines.join('')));
    assert.deepEqual(back.end, { head, bytes: Buffer.byteLength(lines.join('')), lines: 1, fault: undefined });
    assert.deepEqual(back.events[0]?.event, { seq: 1, ...JSON.parse(JSON.stringify(events[0])), hash: head.hash });
  }
});

test('T62: a flip of any bit of any byte is found, in the last line too', async () => {
  const { lines } = seal(SAMPLE);
  const whole = Buffer.from(lines.join(''));
  for (let at = 0; at < whole.length; at++) {
    const lineOf = whole.subarray(0, at).filter((byte) => byte === 10).length;
    for (const mask of [0x01, 0x20, 0x80, 0xff]) {
      const altered = Buffer.from(whole);
      altered[at] = (altered[at] as number) ^ mask;
      const { end, events } = await read(altered);
      assert.notEqual(end.fault, undefined, `byte ${at} flipped by ${mask}`);
      assert.equal(events.length, lineOf, `the lines before byte ${at} hold, none after`);
    }
  }
});

test('T62: lines taken out, put in, swapped or repeated are found', async () => {
  const { lines } = seal(SAMPLE);
  const cases: [string, readonly string[], SegmentEnd['fault']][] = [
    ['the first is missing', lines.slice(1), { kind: 'gap', seqExpected: 1, seqFound: 2 }],
    [
      'one in between is missing',
      [...lines.slice(0, 2), ...lines.slice(3)],
      { kind: 'gap', seqExpected: 3, seqFound: 4 },
    ],
    [
      'two are swapped',
      [lines[0], lines[2], lines[1], ...lines.slice(3)] as string[],
      { kind: 'gap', seqExpected: 2, seqFound: 3 },
    ],
    [
      'one is repeated',
      [...lines.slice(0, 2), lines[1], ...lines.slice(2)] as string[],
      { kind: 'altered', seqExpected: 3 },
    ],
    ['one is empty', [lines[0], '\n', ...lines.slice(1)] as string[], { kind: 'altered', seqExpected: 2 }],
    ['the last has no end', [lines.join('').slice(0, -1)], { kind: 'unfinished', seqExpected: 5 }],
    ['the last is cut', [lines.join('').slice(0, -40)], { kind: 'unfinished', seqExpected: 5 }],
  ];
  for (const [what, altered, fault] of cases) {
    assert.deepEqual((await read(Buffer.from(altered.join('')))).end.fault, fault, what);
  }
});

test('a line with a right hash and a wrong number, type or instant does not hold', async () => {
  const wrong = [
    '{"seq":2,"type":"gateway.stopped","at":1,"reason":""',
    '{"seq":1,"type":"gateway.gone","at":1',
    '{"seq":1,"type":"toString","at":1',
    '{"seq":1,"type":"gateway.stopped","at":1.5,"reason":""',
    '{"seq":1,"type":"gateway.stopped","reason":""',
    '{"seq":1,garbage',
  ];
  for (const payload of wrong) {
    const hash = createHash('sha256')
      .update(CHAIN_START.hash + payload)
      .digest('hex');
    const { end, events } = await read(Buffer.from(`${payload},"hash":"${hash}"}\n`), [], CHAIN_START);
    assert.notEqual(end.fault, undefined, payload);
    assert.equal(events.length, 0);
  }
});

test('how the bytes are cut into chunks changes nothing', async () => {
  const { lines } = seal(SAMPLE);
  const whole = Buffer.from(lines.join(''));
  const expected = await read(whole);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 0, max: whole.length }),
      async (sizes, keep) => {
        const part = whole.subarray(0, keep);
        assert.deepEqual(await read(part, sizes), await read(part));
        assert.deepEqual(await read(whole, sizes), expected);
      },
    ),
    { numRuns: 60 },
  );
});

test('a segment goes on where the one before ended, and says so where that one is not there', async () => {
  const first = seal(SAMPLE);
  const second = seal(
    [
      {
        type: 'journal.segment',
        at: 3,
        format: 'sallyport-journal/1',
        gateway: 'gw',
        segment: 2,
        previous: first.head.hash,
        carried: 0,
      },
      begun(2),
    ],
    first.head,
  );
  const bytes = Buffer.from(second.lines.join(''));
  assert.equal((await read(bytes, [], first.head)).end.fault, undefined);
  assert.equal((await read(bytes)).end.fault, undefined, 'alone it holds as well');
  const other = seal([...SAMPLE.slice(0, 4), { type: 'gateway.stopped', at: 2, reason: 'other' }]);
  assert.deepEqual((await read(bytes, [], other.head)).end.fault, { kind: 'altered', seqExpected: 6 });
});

test('a line longer than any that is written is not gathered in memory', async () => {
  let given = 0;
  async function* endless() {
    for (; given < 1_000; given++) yield Buffer.alloc(64 * 1024, 'x');
  }
  const reader = readChain(endless());
  assert.deepEqual((await reader.next()).value, {
    head: CHAIN_START,
    bytes: 0,
    lines: 0,
    fault: { kind: 'unfinished', seqExpected: 1 },
  });
  assert.ok(given * 64 * 1024 <= 2 * LINE_BYTES_MAX);
});
