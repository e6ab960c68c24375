// Mails before a server of the test's, that says what RFC 5321 has a server say.

import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { after, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { makeLoopbackCertificate } from '../../demo/standin/certificate.ts';
import { mail } from '../../src/control/notices/mail.ts';
import type { Notice } from '../../src/control/notices/notice.ts';
import { SendFailure } from '../../src/control/notices/send-failure.ts';

const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

/** A server that answers each line by `answer`, and what it was told. */
async function serverOf(answer: (line: string) => string | undefined): Promise<{ port: number; said: string[] }> {
  const said: string[] = [];
  const server = createServer((socket) => {
    let [rest, isData] = ['', false];
    socket.on('error', () => {});
    socket.write('220 mail.test ready\r\n');
    socket.setEncoding('latin1').on('data', (text: string) => {
      const lines = (rest + text).split('\r\n');
      rest = lines.pop() as string;
      for (const line of lines) {
        said.push(line);
        if (isData && line !== '.') continue;
        isData = line === 'DATA';
        const reply = answer(line);
        if (reply === undefined) socket.destroy();
        else socket.write(`${reply}\r\n`);
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, said };
}

const polite = (line: string) => {
  if (line.startsWith('EHLO')) return '250-mail.test\r\n250 SIZE 1000000';
  return line === 'DATA' ? '354 go on' : line === 'QUIT' ? '221 bye' : '250 ok';
};

const notice: Notice = {
  id: 'n1',
  kind: 'approval.asked',
  at: 0,
  title: 'ci:dev asks to delete pods `ü`\r\nBcc: evil@example.test',
  facts: ['risk: high', '.'],
  risk: 'high',
  about: 'a1',
  isOver: false,
  isLast: false,
  path: '/approvals/a1',
  target: 'prod',
  namespace: '',
};

const sending = {
  signal: new AbortController().signal,
  link: 'https://x.example/approvals/a1',
  thread: undefined,
  nowMs: 0,
};
const place = (port: number, host = '127.0.0.1') => ({ host, port, from: 'a@x.test', to: ['b@x.test', 'c@x.test'] });

async function failureOf(send: Promise<unknown>): Promise<readonly [string, boolean]> {
  const thrown = await send.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof SendFailure, String(thrown));
  return [thrown.message, thrown.isHopeless];
}

test('a mail goes to each of its readers, and nobody’s name writes a header', async () => {
  const { port, said } = await serverOf(polite);
  await mail(place(port)).send(notice, sending);
  assert.deepEqual(said.slice(1, 5), ['MAIL FROM:<a@x.test>', 'RCPT TO:<b@x.test>', 'RCPT TO:<c@x.test>', 'DATA']);
  assert.ok(!said.some((line) => line.startsWith('Bcc')));
  const body = said.slice(said.indexOf('') + 1, said.indexOf('.')).join('');
  assert.match(
    Buffer.from(body, 'base64').toString(),
    /^ci:dev asks[\s\S]*risk: high\n\.\n\nhttps:\/\/x\.example\/approvals\/a1$/,
  );
  assert.equal(said.at(-1), 'QUIT');
});

test('a server that offers STARTTLS is told all under it, if its certificate is trusted', async () => {
  const { certPem, keyPem, caPem } = await makeLoopbackCertificate('mail.test', Date.now());
  const [clear, hidden] = [[] as string[], [] as string[]];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('220 mail.test ready\r\n');
    socket.once('data', (ehlo) => {
      clear.push(ehlo.toString());
      socket.write('250-mail.test\r\n250 STARTTLS\r\n');
      socket.once('data', (start) => {
        clear.push(start.toString());
        // What a man in the middle puts behind it counts for nothing.
        socket.write('220 go on\r\n250 not under TLS\r\n');
        const tls = new TLSSocket(socket, { isServer: true, key: keyPem, cert: certPem });
        tls.on('error', () => {});
        let isData = false;
        tls.setEncoding('latin1').on('data', (text: string) => {
          for (const line of text.split('\r\n').slice(0, -1)) {
            hidden.push(line);
            if (isData && line !== '.') continue;
            isData = line === 'DATA';
            tls.write(`${polite(line)}\r\n`);
          }
        });
      });
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const [, isHopeless] = await failureOf(mail(place(port)).send(notice, sending));
  assert.equal(isHopeless, false, 'nobody knows who signed it');
  assert.ok(!hidden.some((line) => line.startsWith('MAIL')));
  await mail({ ...place(port), ca: caPem }).send(notice, sending);
  assert.deepEqual(clear.slice(-2), ['EHLO sallyport\r\n', 'STARTTLS\r\n']);
  assert.deepEqual([hidden[0], hidden.at(-1)], ['EHLO sallyport', 'QUIT']);
});

test('a no for good is not tried again, a no for now is, and so is a connection that breaks', async () => {
  const saying = async (start: string, reply: string | undefined) => {
    const { port } = await serverOf((line) => (line.startsWith(start) ? reply : polite(line)));
    return failureOf(mail(place(port)).send(notice, sending));
  };
  assert.deepEqual(await saying('RCPT', '550 no such user'), ['it answered 550', true]);
  assert.deepEqual(await saying('MAIL', '451 later'), ['it answered 451', false]);
  assert.deepEqual(await saying('DATA', undefined), ['it closed the connection', false]);
});

test('to another machine nothing is told that is not under TLS', async () => {
  const { port, said } = await serverOf(polite);
  // By this name the machine is not known to be this one.
  assert.deepEqual(await failureOf(mail(place(port, '0.0.0.0')).send(notice, sending)), [
    'it offers no STARTTLS',
    true,
  ]);
  assert.deepEqual(said, ['EHLO sallyport']);
});
