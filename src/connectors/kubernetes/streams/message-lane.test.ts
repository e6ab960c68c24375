import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fc } from '../../../../test/support/property.ts';
import { webSocketFrame } from '../../../../test/support/spdy-client.ts';
import type { Channel, TapFor } from '../../../model/channels.ts';
import { Refusal } from '../../../model/refusal.ts';
import { webSocketMessage } from './frames.ts';
import { goodbyeOf } from './goodbye.ts';
import { MessageLane } from './message-lane.ts';
import { Passing } from './passing.ts';
import type { Side } from './side.ts';
import { Taps } from './taps.ts';

const COMMAND = { kind: 'command' } as const;

/** What came through of bytes cut so, what was seen of each channel, and what cut them. */
function through(
  side: Side,
  chunks: readonly Buffer[],
  { tapFor = undefined as TapFor | undefined, isBase64 = false, version = 5 } = {},
) {
  const taps = new Taps();
  const seen: Record<string, string> = {};
  const see = ({ name, direction }: Channel) => {
    const key = `${name} ${direction}`;
    seen[key] ??= '';
    return {
      kind: 'observer' as const,
      see(chunk: Buffer) {
        seen[key] += chunk.toString('latin1');
      },
      end() {
        seen[key] += '.';
      },
    };
  };
  if (tapFor !== undefined) taps.attach(tapFor);
  taps.attach(see);
  const lane = new MessageLane(side, { isBase64, hasCloseSignal: version === 5, purpose: COMMAND }, taps);
  const out = new Passing();
  try {
    for (const chunk of chunks) lane.take(Buffer.from(chunk), out);
    lane.end(out);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { passed: Buffer.concat(out.list), seen, cut: error.code, lane };
  }
  return { passed: Buffer.concat(out.list), seen, cut: '', lane };
}

function cut(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] as number;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

const said = (channel: number, text: string) => Buffer.concat([Buffer.from([channel]), Buffer.from(text, 'latin1')]);
const upstreamSays = (channel: number, text: string) => webSocketMessage('upstream', said(channel, text));
const clientSays = (channel: number, text: string) => webSocketFrame(said(channel, text));
const base64Says = (channel: number, text: string) =>
  webSocketMessage('upstream', Buffer.from(`${channel}${Buffer.from(text, 'latin1').toString('base64')}`), 1);
const PING = webSocketMessage('upstream', Buffer.from('p'), 9);
const CLOSE = webSocketMessage('upstream', Buffer.from([3, 232]), 8);

/** Keeps one chunk back, and turns what it gives to capitals. */
const shouting: TapFor = ({ name, direction }) => {
  if (name !== 'stdout' || direction !== 'toCaller') return undefined;
  let kept = Buffer.alloc(0);
  const upper = (bytes: Buffer) => Buffer.from(bytes.toString('latin1').toUpperCase(), 'latin1');
  return {
    kind: 'editor',
    write(chunk) {
      const out = upper(kept);
      kept = Buffer.from(chunk);
      return out;
    },
    end: () => upper(kept),
  };
};

const texts = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.string({ maxLength: 300, unit: 'binary-ascii' })), {
  maxLength: 10,
});
const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 });

suite('T38: channels in messages pass as they came, however they are cut, and are seen whole', () => {
  for (const side of ['client', 'upstream'] as const)
    for (const isBase64 of [false, true])
      test(`from the ${side}${isBase64 ? ', in base64' : ''}`, () => {
        fc.assert(
          fc.property(texts, sizes, fc.integer(), (messages, chunkSizes, mask) => {
            const payload = (channel: number, text: string) =>
              isBase64
                ? Buffer.from(`${channel}${Buffer.from(text, 'latin1').toString('base64')}`)
                : said(channel, text);
            const bytes = Buffer.concat(
              messages.map(([channel, text]) =>
                side === 'client'
                  ? webSocketFrame(payload(channel, text), { mask: mask >>> 0 })
                  : webSocketMessage(side, payload(channel, text)),
              ),
            );
            const { passed, seen, cut: code } = through(side, cut(bytes, chunkSizes), { isBase64 });
            assert.equal(code, '');
            assert.deepEqual(passed, bytes);
            const direction = side === 'client' ? 'toUpstream' : 'toCaller';
            for (const [number, name] of ['stdin', 'stdout', 'stderr', 'error', 'resize'].entries()) {
              const all = messages.filter(([channel]) => channel === number);
              const expected = all.length === 0 ? undefined : `${all.map(([, text]) => text).join('')}.`;
              assert.equal(seen[`${name} ${direction}`], expected);
            }
          }),
        );
      });
});

suite('T53: what is edited goes on in messages of its own', () => {
  const rows: readonly (readonly [string, readonly Buffer[], readonly Buffer[]])[] = [
    ['and the rest at the end', [upstreamSays(1, 'ab'), upstreamSays(2, 'err')], [upstreamSays(2, 'err'), upstreamSays(1, 'AB')]],
    ['and the rest before the status', [upstreamSays(1, 'ab'), upstreamSays(3, '{}')], [upstreamSays(1, 'AB'), upstreamSays(3, '{}')]],
    ['and the rest before a close', [upstreamSays(1, 'ab'), CLOSE], [upstreamSays(1, 'AB'), CLOSE]],
    ['and pings go between', [upstreamSays(1, 'ab'), PING, upstreamSays(1, 'c')], [PING, upstreamSays(1, 'AB'), upstreamSays(1, 'C')]],
    ['and an empty message stays one', [upstreamSays(1, ''), upstreamSays(1, 'a')], [upstreamSays(1, ''), upstreamSays(1, 'A')]],
  ]; // biome-ignore format: a table
  for (const [name, came, leaves] of rows)
    test(name, () => assert.deepEqual(through('upstream', came, { tapFor: shouting }).passed, Buffer.concat(leaves)));

  test('in base64 too', () => {
    const { passed } = through('upstream', [base64Says(1, 'abcd')], { tapFor: shouting, isBase64: true });
    assert.deepEqual(passed, base64Says(1, 'ABCD'));
  });

  test('one that is written after the status begins anew, and nothing is lost', () => {
    const came = [upstreamSays(1, 'ab'), upstreamSays(3, '{}'), upstreamSays(1, 'cd')];
    const leaves = [upstreamSays(1, 'AB'), upstreamSays(3, '{}'), upstreamSays(1, 'CD')];
    assert.deepEqual(through('upstream', came, { tapFor: shouting }).passed, Buffer.concat(leaves));
  });

  test('however it is cut', () => {
    fc.assert(
      fc.property(sizes, (chunkSizes) => {
        const bytes = Buffer.concat([
          upstreamSays(1, 'a'.repeat(200)),
          PING,
          upstreamSays(2, 'b'),
          upstreamSays(3, 'c'),
        ]);
        const { passed, seen } = through('upstream', cut(bytes, chunkSizes), { tapFor: shouting });
        assert.equal(seen['stdout toCaller'], `${'A'.repeat(200)}.`);
        const again = through('upstream', [passed]);
        assert.equal(again.seen['stdout toCaller'], `${'A'.repeat(200)}.`);
        assert.equal(again.cut, '');
      }),
    );
  });

  test('what the client says is edited in masked messages, and its end is told behind them', () => {
    const tapFor: TapFor = ({ name }) =>
      name === 'stdin' ? { kind: 'editor', write: () => Buffer.alloc(0), end: () => Buffer.from('X') } : undefined;
    const signal = webSocketFrame(Buffer.from([255, 0]));
    for (const chunkSizes of [[1], [100]]) {
      const { passed } = through('client', cut(Buffer.concat([clientSays(0, 'secret'), signal]), chunkSizes), {
        tapFor,
      });
      assert.deepEqual(passed, Buffer.concat([webSocketFrame(said(0, 'X'), { mask: 0 }), signal]));
    }
  });
});

suite('T38: messages that servers read differently are cut', () => {
  const rows: readonly (readonly [string, Side, Buffer, string])[] = [
    ['a client’s message in two frames', 'client', webSocketFrame(said(0, 'x'), { isFinal: false }), 'REQUEST_MALFORMED'],
    ['a client’s frame that is not masked', 'client', upstreamSays(0, 'x'), 'REQUEST_MALFORMED'],
    ['upstream’s frame that is masked', 'upstream', clientSays(1, 'x'), 'OUTCOME_UNKNOWN'],
    ['a message that begins with a frame of nothing', 'upstream', Buffer.from([0x02, 0]), 'OUTCOME_UNKNOWN'],
    ['a compressed message', 'upstream', Buffer.from([0xc2, 1, 1]), 'OUTCOME_UNKNOWN'],
  ]; // biome-ignore format: a table
  for (const [name, side, bytes, code] of rows)
    test(name, () => {
      const { cut: was, passed } = through(side, [bytes]);
      assert.equal(was, code);
      assert.equal(passed.length, 0);
    });

  test('what is no base64', () => {
    const bytes = webSocketMessage('upstream', Buffer.from('1ab!'), 1);
    assert.equal(through('upstream', [bytes], { isBase64: true }).cut, 'OUTCOME_UNKNOWN');
  });

  test('base64 may be cut inside of its end, and has nothing behind it', () => {
    const whole = webSocketMessage('upstream', Buffer.from('1YQ=='), 1);
    assert.equal(through('upstream', cut(whole, [1]), { isBase64: true }).seen['stdout toCaller'], 'a.');
    const more = webSocketMessage('upstream', Buffer.from('1YQ==YQ=='), 1);
    for (const size of [1, 7, 50])
      assert.equal(through('upstream', cut(more, [size]), { isBase64: true }).cut, 'OUTCOME_UNKNOWN');
  });

  test('upstream’s message in two frames passes, as clients read it', () => {
    const frames = [Buffer.from([0x02, 2, 1, 0x61]), PING, Buffer.from([0x80, 1, 0x62])];
    const { passed, seen } = through('upstream', frames);
    assert.deepEqual(passed, Buffer.concat(frames));
    assert.equal(seen['stdout toCaller'], 'ab.');
  });
});

suite('T82: a goodbye', () => {
  const goodbye = goodbyeOf({ why: 'access', message: 'its grant ended' }, true);

  test('is a failed Status on the error channel, and a close that is not 1000', () => {
    const bytes = through('upstream', [upstreamSays(1, 'x')]).lane.goodbye(goodbye) as Buffer;
    const length = bytes[1] === 126 ? bytes.readUInt16BE(2) : (bytes[1] as number);
    const head = bytes[1] === 126 ? 4 : 2;
    const payload = bytes.subarray(head, head + length);
    assert.equal(payload[0], 3);
    const status = JSON.parse(payload.subarray(1).toString());
    assert.deepEqual(
      [status.status, status.code, status.message],
      ['Failure', 403, 'ended by the gateway: its grant ended'],
    );
    const close = bytes.subarray(head + length);
    assert.deepEqual([close[0], close.readUInt16BE(2)], [0x88, 1008]);
  });

  test('says no status where the program’s own has passed', () => {
    const bytes = through('upstream', [upstreamSays(3, '{"status":"Success"}')]).lane.goodbye(goodbye) as Buffer;
    assert.equal(bytes[0], 0x88);
  });

  test('waits for the message that is under way', () => {
    const whole = upstreamSays(1, 'hello');
    const taps = new Taps();
    const lane = new MessageLane('upstream', { isBase64: false, hasCloseSignal: true, purpose: COMMAND }, taps);
    const out = new Passing();
    lane.take(whole.subarray(0, 1), out);
    assert.ok(lane.goodbye(goodbye), 'what is held does not count');
    lane.take(whole.subarray(1, 5), out);
    assert.equal(lane.goodbye(goodbye), undefined);
    lane.take(whole.subarray(5), out);
    assert.ok(lane.goodbye(goodbye));
  });
});
