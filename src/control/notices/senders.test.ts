// What each service is sent, byte for byte where its documents say so. None of this was held against the real services.

import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import type { Notice } from './notice.ts';
import type { Sending } from './notifier.ts';
import { pagerduty } from './pagerduty.ts';
import { SendFailure } from './send-failure.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';
import { signatureOf, webhook } from './webhook.ts';

interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly body: any;
}

const asked: Asked[] = [];
let answers: (readonly [status: number, body: string])[] = [];
const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', () => {
    asked.push({ path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text) });
    const [status, body] = answers.shift() ?? [200, '{"ok":true,"ts":"1.2","channel":"C1"}'];
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end(body);
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
after(() => server.close());

const notice: Notice = {
  id: 'n1',
  kind: 'approval.asked',
  at: Date.UTC(2026, 0, 1),
  title: 'ci:dev asks to delete pods `<!channel>` on prod',
  facts: ['risk: high', 'ends 1 pod <https://evil.example|click> & more'],
  risk: 'high',
  about: 'a1',
  isOver: false,
  isLast: false,
  path: '/approvals/a1',
  target: 'prod',
  namespace: 'shop',
  caller: { subject: 'ci:dev', issuer: 'ci', groups: ['secret-group'], kind: 'autonomous' },
};

const sending = (part: Partial<Sending> = {}): Sending => ({
  signal: new AbortController().signal,
  link: 'https://gateway.example:8444/approvals/a1',
  thread: undefined,
  nowMs: Date.UTC(2026, 0, 1, 0, 0, 5),
  ...part,
});

const last = (): Asked => asked.at(-1) as Asked;

async function failureOf(send: Promise<unknown>): Promise<SendFailure> {
  const thrown = await send.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof SendFailure, String(thrown));
  return thrown;
}

test('a webhook is signed as Standard Webhooks says, by its own vector', () => {
  assert.equal(
    signatureOf(
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      '1614265330',
      '{"test": 2432232314}',
    ),
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

test('what a webhook is sent can be verified from its own headers and bytes', async () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  await webhook({ url: `${url}/hook`, secret: () => secret }).send(notice, sending());
  const { headers, text, body } = last();
  assert.equal(headers['webhook-id'], 'n1');
  assert.equal(headers['webhook-timestamp'], '1767225605');
  assert.equal(headers['webhook-signature'], signatureOf(secret, 'n1', '1767225605', text));
  assert.deepEqual(
    [body.type, body.data.link, body.data.caller],
    ['approval.asked', sending().link, { subject: 'ci:dev', kind: 'autonomous' }],
  );
});

test('Slack is told in blocks, and the same message is changed as its question goes on', async () => {
  const notifier = slack({ token: () => 'xoxb-1\n', channel: '#ops', api: url });
  const thread = await notifier.send(notice, sending());
  assert.deepEqual(
    [last().path, last().headers.authorization, last().body.channel],
    ['/chat.postMessage', 'Bearer xoxb-1', '#ops'],
  );
  assert.doesNotMatch(last().text, /<!channel>|<https:\/\/evil/, 'T54: nobody’s name is a mention or a link');
  await notifier.send({ ...notice, id: 'n2', isOver: true, title: 'approved by lea' }, sending({ thread }));
  assert.deepEqual([last().path, last().body.channel, last().body.ts], ['/chat.update', 'C1', '1.2']);
});

test('Slack’s no comes with status 200; one that stays a no is not tried again', async () => {
  const notifier = slack({ token: () => 'x', channel: '#ops', api: url });
  answers = [
    [200, '{"ok":false,"error":"channel_not_found"}'],
    [200, '{"ok":false,"error":"ratelimited"}'],
    [200, '<html>'],
  ];
  assert.equal((await failureOf(notifier.send(notice, sending()))).isHopeless, true);
  assert.equal((await failureOf(notifier.send(notice, sending()))).isHopeless, false);
  assert.equal((await failureOf(notifier.send(notice, sending()))).isHopeless, false);
});

test('PagerDuty’s alert is resolved when what it is about is over', async () => {
  const notifier = pagerduty({ routingKey: () => 'key', api: `${url}/v2/enqueue` });
  const thread = await notifier.send(notice, sending());
  assert.deepEqual(
    [last().body.event_action, last().body.dedup_key, last().body.payload.severity],
    ['trigger', 'sallyport a1', 'critical'],
  );
  await notifier.send({ ...notice, isOver: true }, sending({ thread }));
  assert.deepEqual([last().body.event_action, last().body.dedup_key], ['resolve', 'sallyport a1']);
});

test('Teams is told in a card, in which nobody’s name is a link', async () => {
  await teams({ url: () => `${url}/workflow?sig=secret\n` }).send(
    { ...notice, title: '[x](https://evil.example)' },
    sending(),
  );
  const [{ content }] = last().body.attachments;
  assert.equal(content.body[0].text, '\\[x\\](https://evil.example)');
  assert.equal(content.actions[0].url, sending().link);
});

test('a failure says what was answered, and nothing of the address or the secret; a redirect is not followed', async () => {
  const before = asked.length;
  answers = [
    [500, 'no'],
    [410, 'gone'],
    [302, ''],
  ];
  const notifier = teams({ url: () => `${url}/workflow?sig=secret` });
  const failures = [];
  for (let i = 0; i < 3; i++) failures.push(await failureOf(notifier.send(notice, sending())));
  assert.deepEqual(
    failures.map(({ message, isHopeless }) => [message, isHopeless]),
    [
      ['it answered 500', false],
      ['it answered 410', true],
      ['it answered 302', false],
    ],
  );
  assert.equal(asked.length, before + 3);
  const unreached = await failureOf(
    teams({ url: () => 'http://127.0.0.1:1/workflow?sig=secret' }).send(notice, sending()),
  );
  assert.doesNotMatch(unreached.message, /secret|workflow/);
});
