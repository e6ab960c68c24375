import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Files } from './files.ts';
import { type Machine, runProcess } from './shell.ts';

const machine = (): Machine => ({
  files: new Files({ '/etc/motd': 'hello\nworld\n' }),
  environment: new Map([
    ['HOSTNAME', 'pod-1'],
    ['A', 'a b'],
  ]),
  nowMs: () => 0,
  folder: '/',
});

async function outcome(
  argv: readonly string[],
  input = '',
  isTty = false,
): Promise<{ code: number; out: string; err: string; notStarted: string }> {
  const chunks = [Buffer.from(input)];
  let [out, err] = ['', ''];
  const exit = await runProcess(machine(), argv, {
    read: async () => chunks.shift(),
    out: (bytes) => {
      out += bytes.toString();
    },
    err: (bytes) => {
      err += bytes.toString();
    },
    signal: new AbortController().signal,
    isTty,
  });
  return { code: exit.code, out, err, notStarted: exit.notStarted ?? '' };
}

const scripts: readonly (readonly [script: string, out: string, code: number])[] = [
  ['echo one; echo two', 'one\ntwo\n', 0],
  ['true && echo yes || echo no', 'yes\n', 0],
  ['false && echo yes || echo no', 'no\n', 0],
  ['exit 7; echo never', '', 7],
  ['false; echo $?', '1\n', 0],
  ['echo "$A" \'$A\' $HOSTNAME "$HOSTNAME"!', 'a b $A pod-1 pod-1!\n', 0],
  ['cat /etc/motd | grep world | wc -l', '1\n', 0],
  ['grep -q nope /etc/motd', '', 1],
  ['echo x > /tmp/f; echo y >> /tmp/f; cat < /tmp/f', 'x\ny\n', 0],
  ['cd /etc && pwd && ls', '/etc\nmotd\n', 0],
  ['X=1; echo $X', '1\n', 0],
  ['head -n 1 /etc/motd # not this', 'hello\n', 0],
  ['sh -c "echo inner; exit 4"', 'inner\n', 4],
  ['nope', '', 127],
  ['cat /nope', '', 1],
];

for (const [script, out, code] of scripts) {
  test(`sh -c ${JSON.stringify(script)}`, async () => {
    const result = await outcome(['sh', '-c', script]);
    assert.deepEqual([result.out, result.code], [out, code], result.err);
  });
}

for (const script of ['while true; do echo; done', 'echo $(id)', 'echo `id`', 'sleep 1 &', "echo 'open"]) {
  test(`what the toy shell does not know is refused and not half done: ${script}`, async () => {
    const result = await outcome(['sh', '-c', `echo before\n${script}`]);
    assert.equal(result.code, 2);
    assert.match(result.err, /syntax error/);
  });
}

test('a program that is not there is not started', async () => {
  const result = await outcome(['reboot', 'now']);
  assert.deepEqual([result.code, result.out], [127, '']);
  assert.match(result.notStarted, /executable file not found/);
});

test('a name of an object is no program', async () => {
  for (const name of ['constructor', '__proto__', 'toString']) assert.equal((await outcome([name])).code, 127);
});

test('lines from standard input are run one after the other, until exit', async () => {
  const result = await outcome(['sh'], 'echo one\nexit 5\necho never\n');
  assert.deepEqual([result.out, result.code], ['one\n', 5]);
});

test('a terminal shows a prompt, echoes, and edits its line', async () => {
  const result = await outcome(['sh'], 'echo ab\x7fc\rexit\r', true);
  assert.match(result.out, /^\/ # .*ac\r\n/s);
});
