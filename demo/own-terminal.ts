/*
 * A terminal for the tour. kubectl takes one only from a terminal of its own, which the tour's children have not; so what a person would type into
 * `kubectl exec -it` is typed here, over the very request that kubectl makes.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { WebSocket } from 'ws';
import type { Scene } from './scene.ts';

/** Channels of `v5.channel.k8s.io`. Source: k8s.io/apimachinery pkg/util/remotecommand */
const [STDIN, STDOUT, ERROR, RESIZE] = [0, 1, 3, 4] as const;

/** What the shell says when it waits for a line. */
const PROMPT = /# $/;

/** Limits, in milliseconds: between two keys, so that what is played back looks typed; and for all of it. */
const [KEY_MS, WHOLE_MS] = [60, 60_000] as const;

/** Types lines into a shell in a pod of the namespace, through the gateway and as the tour's caller, and gives what was on the screen. */
export async function typeInTerminal(
  { gatewayUrl, targetName, control }: Scene,
  { namespace, app }: { readonly namespace: string; readonly app: string },
  lines: readonly string[],
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const ca = readFileSync(control['SALLYPORT_CA_FILE'] as string, 'utf8');
  const token = readFileSync(control['SALLYPORT_TOKEN_FILE'] as string, 'utf8').trim();
  const pods = `${gatewayUrl}/k8s/${targetName}/api/v1/namespaces/${namespace}/pods`;
  const headers = { authorization: `Bearer ${token}` };
  const dispatcher = new Agent({ connect: { ca } });
  const { body } = await request(`${pods}?labelSelector=app%3D${app}`, { dispatcher, headers });
  const { items } = (await body.json()) as {
    readonly items: readonly { readonly metadata: { readonly name: string } }[];
  };
  await dispatcher.close();
  const query = 'command=sh&stdin=true&stdout=true&tty=true';
  const url = `${pods}/${items[0]?.metadata.name}/exec?${query}`.replace(/^https/, 'wss');
  const socket = new WebSocket(url, 'v5.channel.k8s.io', { headers, ca });
  return shell(socket, lines);
}

function shell(socket: WebSocket, lines: readonly string[]): Promise<{ exitCode: number; output: string }> {
  const waiting = [...lines];
  let [output, exitCode] = ['', 1];
  const type = (text: string) => {
    const [key, rest] = [text.slice(0, 1), text.slice(1)];
    if (socket.readyState !== socket.OPEN) return;
    socket.send(Buffer.concat([Buffer.of(STDIN), Buffer.from(key)]));
    if (rest !== '') setTimeout(() => type(rest), KEY_MS);
  };
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => socket.terminate(), WHOLE_MS);
    socket.once('open', () =>
      socket.send(Buffer.concat([Buffer.of(RESIZE), Buffer.from('{"Width":100,"Height":24}')])),
    );
    socket.on('message', (data: Buffer) => {
      const [channel, text] = [data[0], data.subarray(1).toString()];
      if (channel === ERROR) exitCode = text.includes('"Success"') ? 0 : 1;
      if (channel !== STDOUT) return;
      output += text;
      const next = PROMPT.test(text) ? waiting.shift() : undefined;
      if (next !== undefined) type(`${next}\r`);
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(late);
      resolve({ exitCode, output: output.replaceAll('\r', '') });
    });
  });
}
