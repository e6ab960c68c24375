/*
 * Runs inside a sandbox: `node sandbox-relay.ts FOLDER PORT… -- COMMAND…`. Each port of the sandbox's loopback leads to the socket of its number in the folder,
 * and so out; then the command runs, with the signals that come by a socket of their own. Stands alone: no other file of ours is in there.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { constants } from 'node:os';

const [folder = '', ...rest] = process.argv.slice(2);
const border = rest.indexOf('--');

for (const port of rest.slice(0, border)) {
  const server = createServer({ allowHalfOpen: true }, (inner) => {
    const outer = connect({ path: `${folder}/${port}.sock`, allowHalfOpen: true });
    inner.pipe(outer).pipe(inner);
    inner.on('error', () => outer.destroy());
    outer.on('error', () => inner.destroy());
  });
  server.listen(Number(port), '127.0.0.1');
  await once(server, 'listening');
}

const [program = '', ...args] = rest.slice(border + 1);
const child = spawn(program, args, { stdio: 'inherit' });
const signals = connect(`${folder}/signals.sock`);
signals.setEncoding('utf8').on('data', (text: string) => {
  for (const name of text.split('\n')) if (name in constants.signals) child.kill(name as NodeJS.Signals);
});
signals.on('error', () => {});
for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => {});
child.once('error', (error: NodeJS.ErrnoException) => {
  process.stderr.write(`sallyport: \`${program}\` cannot be started: ${error.code ?? error.message}\n`);
  process.exit(127);
});
child.once('exit', (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
