/**
 * exec and attach over WebSocket (v4 and v5.channel.k8s.io): the first byte of a message is its channel. SPDY/3.1, which kubectl before 1.30
 * speaks, is answered with 501 and a sentence.
 *
 * Source: k8s.io/apimachinery pkg/util/remotecommand, KEP-4006
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Parts } from './call.ts';
import { argvOf, ended, isMeantToEnd } from './controllers/pods.ts';
import type { Kind } from './kinds.ts';
import { containerOf, type Log } from './logs.ts';
import { type JsonObject, type KubeObject, textAt, valueAt } from './object.ts';
import type { RequestInfo } from './request.ts';
import { type Exit, runProcess, type Streams } from './shell/shell.ts';
import { badRequest, notImplemented } from './status.ts';
import { liveObject } from './write.ts';

const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 };
const messageBytesMax = 1024 * 1024;

const server = new WebSocketServer({
  noServer: true,
  maxPayload: messageBytesMax,
  handleProtocols: (offered) => protocols.find((each) => offered.has(each)) ?? false,
});

/** What an upgrade asks for, checked; nothing has been answered yet. @throws {StatusError} 400, 404, 501 */
export function checkUpgrade(parts: Parts, request: IncomingMessage, info: RequestInfo, kind: Kind): void {
  const upgrade = request.headers.upgrade?.toLowerCase() ?? '';
  if (!['exec', 'attach'].includes(info.subresource)) {
    throw notImplemented(`the stand-in does not serve ${info.resource}/${info.subresource}; a real cluster does`);
  }
  if (upgrade !== 'websocket') {
    throw notImplemented(
      `the stand-in serves ${info.subresource} over WebSocket only (kubectl 1.30 or later); this was ${upgrade}`,
    );
  }
  const pod = liveObject(parts.cluster, kind, info.namespace, info.name);
  const _spec = containerOf(pod, info.query.get('container') ?? '');
  if (textAt(pod, 'status', 'phase') !== 'Running') {
    throw badRequest(
      `cannot exec into a container in a completed pod; current phase is ${textAt(pod, 'status', 'phase')}`,
    );
  }
  const argv = info.query.getAll('command');
  if (info.subresource === 'exec' && argv.length === 0)
    throw badRequest('you must specify at least 1 command for the container');
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  if (!protocols.some((each) => offered.includes(each)))
    throw badRequest(`unable to negotiate a protocol: the stand-in speaks ${protocols.join(' and ')}`);
}

/** Takes the upgrade and runs what it asks for until it ends or the caller goes. */
export function upgrade(
  parts: Parts,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  info: RequestInfo,
  kind: Kind,
): void {
  server.handleUpgrade(request, socket, head, (webSocket) => {
    const pod = liveObject(parts.cluster, kind, info.namespace, info.name);
    const spec = containerOf(pod, info.query.get('container') ?? '');
    void serve(parts, webSocket, pod, spec, info);
  });
}

async function serve(
  parts: Parts,
  webSocket: WebSocket,
  pod: KubeObject,
  spec: JsonObject,
  info: RequestInfo,
): Promise<void> {
  const container = parts.containers.get(pod, spec);
  const gone = new AbortController();
  webSocket.on('close', () => gone.abort());
  webSocket.on('error', () => gone.abort());
  const send = (number: number, bytes: Buffer): void => {
    if (webSocket.readyState === webSocket.OPEN && bytes.length > 0)
      webSocket.send(Buffer.concat([Buffer.from([number]), bytes]));
  };
  const isTty = info.query.get('tty') === 'true';
  const streams: Streams = {
    read: inputOf(webSocket, info.query.get('stdin') === 'true'),
    out: (bytes) => send(channel.stdout, bytes),
    err: (bytes) => send(channel.stderr, bytes),
    signal: AbortSignal.any([gone.signal, container.stopped.signal]),
    isTty,
  };
  if (webSocket.protocol.startsWith('v5') || isTty) send(channel.stdout, Buffer.alloc(0));
  // Each exec has its own working folder and environment, and shares the files, as processes of one container do.
  const machine = { ...container.machine, environment: new Map(container.machine.environment) };
  const isAttach = info.subresource === 'attach';
  const exit = isAttach
    ? await attached(parts, pod, spec, container.log, machine, streams)
    : await runProcess(machine, info.query.getAll('command'), streams);
  send(channel.error, Buffer.from(JSON.stringify(statusOf(exit))));
  webSocket.close(1000);
}

/** The container's own process: a shell where it takes input, else what it writes to its log. */
async function attached(
  parts: Parts,
  pod: KubeObject,
  spec: JsonObject,
  log: Log,
  machine: Parameters<typeof runProcess>[0],
  streams: Streams,
): Promise<Exit> {
  if (valueAt(spec, 'stdin') !== true) {
    await new Promise<void>((resolve) => {
      const stop = log.follow((line) => {
        if (line !== undefined) streams.out(Buffer.from(`${line.text}\n`));
        else resolve();
      });
      streams.signal.addEventListener('abort', () => {
        stop();
        resolve();
      });
      if (log.isEnded || streams.signal.aborted) resolve();
    });
    return { code: 0 };
  }
  const argv = argvOf(spec);
  const logged = (bytes: Buffer, send: (bytes: Buffer) => void): void => {
    log.append(bytes.toString('utf8'), parts.cluster.nowMs());
    send(bytes);
  };
  const teed = {
    ...streams,
    out: (bytes: Buffer) => logged(bytes, streams.out),
    err: (bytes: Buffer) => logged(bytes, streams.err),
  };
  const exit = await runProcess(machine, argv.length === 0 ? ['sh'] : argv, teed);
  if (isMeantToEnd(pod) && !streams.signal.aborted) {
    log.end();
    ended(parts.cluster, pod, textAt(spec, 'name'), exit.code);
  }
  // The exit code is the pod's to tell: an attach that went well has succeeded.
  return { code: 0 };
}

/** Standard input as it comes; ended by v5's close signal or by the caller's going. */
function inputOf(webSocket: WebSocket, isOpen: boolean): () => Promise<Buffer | undefined> {
  const held: Buffer[] = [];
  let isEnded = !isOpen;
  let wake: (() => void) | undefined;
  const end = (): void => {
    isEnded = true;
    wake?.();
  };
  webSocket.on('message', (data) => {
    const bytes = Buffer.isBuffer(data)
      ? data
      : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data as ArrayBuffer)]);
    if (bytes[0] === channel.close && bytes[1] === channel.stdin) end();
    if (bytes[0] !== channel.stdin || bytes.length < 2 || isEnded) return;
    held.push(bytes.subarray(1));
    wake?.();
  });
  webSocket.on('close', end);
  return async () => {
    while (held.length === 0 && !isEnded) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return held.shift();
  };
}

function statusOf(exit: Exit): JsonObject {
  if (exit.notStarted !== undefined) {
    const message = `Internal error occurred: error executing command in container: OCI runtime exec failed: exec failed: unable to start container process: exec: ${exit.notStarted}`;
    return {
      metadata: {},
      status: 'Failure',
      message,
      reason: 'InternalError',
      details: { causes: [{ message: exit.notStarted }] },
      code: 500,
    };
  }
  if (exit.code === 0) return { metadata: {}, status: 'Success' };
  const message = `command terminated with non-zero exit code: exit status ${exit.code}`;
  const causes = [{ reason: 'ExitCode', message: String(exit.code) }];
  return { metadata: {}, status: 'Failure', message, reason: 'NonZeroExitCode', details: { causes } };
}
