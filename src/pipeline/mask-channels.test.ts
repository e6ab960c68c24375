import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { testMasking } from '../../test/support/masking.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import { knownValues } from '../masking/text/known-values.ts';
import type { Channel, ChannelEditor, StreamEnd, TapFor } from '../model/channels.ts';
import type { Permit } from '../model/permit.ts';
import type { DuplexReply } from '../model/reply.ts';
import type { OutputEdits } from '../recording/event.ts';
import { maskChannels } from './mask-channels.ts';

const EXEC = '/api/v1/namespaces/a/pods/web/exec?stdout=1';
const STDOUT: Channel = { name: 'stdout', direction: 'toCaller' };
const STDERR: Channel = { name: 'stderr', direction: 'toCaller' };

/** An exec or attach whose channels are masked. */
function masked(uri: string, { subject = {}, hasChannels = true } = {}) {
  const ends: StreamEnd[] = [];
  const taps: TapFor[] = [];
  let counts: () => OutputEdits = () => ({ masked: 0, neutralised: 0 });
  const socket = new PassThrough();
  const reply: DuplexReply = {
    kind: 'duplex',
    status: 101,
    headers: [],
    socket,
    head: Buffer.alloc(0),
    end: (reason) => ends.push(reason),
    ...(hasChannels
      ? { channels: { attach: (tapFor: TapFor) => taps.push(tapFor), hold: () => () => {}, exitCode: () => undefined } }
      : {}),
  };
  const permit = { caller: callerOf(subject), decision: {}, operation: operationOf({ method: 'POST', uri }) } as Permit;
  const known = knownValues([{ value: Buffer.from('plain canary value'), mask: 'masked-by-sallyport-secret' }]);
  const recording = {
    edits: (told: () => OutputEdits) => {
      counts = told;
    },
  };
  const mask = () => maskChannels(permit, reply, known, testMasking(), recording);
  const open = (channel: Channel) => taps[0]?.(channel) as ChannelEditor | undefined;
  return { mask, open, ends, socket, taps, counts: () => counts() };
}

test('T53: what an exec says on each channel is masked and made safe to show, and counted', () => {
  const exec = masked(`${EXEC}&command=env`);
  exec.mask();
  const [out, error] = [exec.open(STDOUT), exec.open(STDERR)];
  const said = [out?.write(Buffer.from('A=plain can')), out?.write(Buffer.from('ary value\n\x1b]0;x\x07')), out?.end()];
  assert.equal(Buffer.concat(said as Buffer[]).toString(), 'A=masked-by-sallyport-secret\n␛]0;x␇');
  const other = [error?.write(Buffer.from('DB_PASSWORD=c0rrect-h0rse')), error?.end()];
  assert.equal(Buffer.concat(other as Buffer[]).toString(), 'DB_PASSWORD=masked-by-sallyport-keyed-secret');
  assert.deepEqual(exec.counts(), { masked: 2, neutralised: 2 });
  assert.deepEqual(exec.ends, []);
});

test('what goes to the command, its status and what is no output passes unseen; so does a port-forward', () => {
  const exec = masked(`${EXEC}&command=sh&tty=true`);
  exec.mask();
  for (const name of ['stdin', 'resize', 'error'] as const)
    assert.equal(exec.open({ name, direction: name === 'error' ? 'toCaller' : 'toUpstream' }), undefined);
  assert.equal(exec.open({ ...STDOUT, direction: 'toUpstream' }), undefined);
  const forward = masked('/api/v1/namespaces/a/pods/web/portforward');
  forward.mask();
  assert.deepEqual(forward.taps, []);
});

test('a terminal’s sequences pass, and its values do not', () => {
  const exec = masked('/api/v1/namespaces/a/pods/web/attach?stdout=1&tty=true');
  exec.mask();
  const out = exec.open(STDOUT);
  const said = [out?.write(Buffer.from('\x1b[2J\x1b]0;title\x07plain canary value')), out?.end()];
  assert.equal(Buffer.concat(said as Buffer[]).toString(), '\x1b[2J\x1b]0;title\x07masked-by-sallyport-secret');
});

for (const [what, uri, before] of [
  ['what is not text', `${EXEC}&command=cat`, 'a\0b'],
  ['an archive of cp', `${EXEC}&command=tar&command=cf&command=-&command=x`, 'x/'],
] as const)
  test(`T53: ${what} passes as it is, and is ended with a sentence where a value is in it`, () => {
    const exec = masked(uri);
    exec.mask();
    const out = exec.open(STDOUT);
    const harm = '\x1b]0;x\x07';
    assert.equal(out?.write(Buffer.from(`${before}${harm} `)).toString(), `${before}${harm} `);
    assert.doesNotMatch(out?.write(Buffer.from('plain canary value')).toString() ?? '', /plain/);
    assert.equal(out?.write(Buffer.from('more')).length, 0);
    assert.deepEqual(exec.ends, [
      { why: 'fault', message: 'what came on stdout is not text, and a value that must be masked is in it (known)' },
    ]);
  });

test('an exec whose channels nobody can tell apart goes no further', () => {
  const exec = masked(`${EXEC}&command=env`, { hasChannels: false });
  assert.throws(exec.mask, { code: 'OUTCOME_UNKNOWN' });
  assert.equal(exec.socket.destroyed, true);
});
