import { createServer } from 'node:net';
import { type Check, fault, warning, well } from '../../cli/doctor/check.ts';
import type { Config } from '../../config/load.ts';
import { request } from '../../std/http-client.ts';
import { hostOf } from '../host-of.ts';

/** Limit: how long a gateway that runs may take to say how it is. */
const ASK_TIMEOUT_MS = 3_000;

interface Place {
  readonly key: string;
  readonly address: string;
  readonly port: number;
}

/** Whether the ports can be had; where a gateway has them already, how that one is. */
export async function portChecks(config: Config): Promise<readonly Check[]> {
  const places = placesOf(config).filter(({ port }) => port !== 0);
  const found = await Promise.all(places.map(async (place) => ({ place, code: await tried(place) })));
  const isServing = found.some(({ code }) => code === 'EADDRINUSE') ? await readiness(config) : undefined;
  return [
    ...found.map(({ place, code }) => told(place, code, isServing !== undefined)),
    ...(isServing === undefined ? [] : isServing),
  ];
}

function placesOf({ listen, private: own, console: place, targets }: Config): readonly Place[] {
  return [
    { key: 'listen', ...listen },
    { key: 'private', ...own },
    ...(place === undefined ? [] : [{ key: 'console', address: place.address, port: place.port }]),
    ...targets.flatMap(({ name, port }) =>
      port === undefined ? [] : [{ key: `targets ${name}`, address: listen.address, port }],
    ),
  ];
}

function tried({ address, port }: Place): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'UNKNOWN'))
      .listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function told({ key, address, port }: Place, code: string | undefined, isServing: boolean): Check {
  const about = `${key}, ${address} port ${port}`;
  switch (code) {
    case undefined:
      return well('ports', about, 'it is free');
    case 'EADDRINUSE':
      return isServing
        ? well('ports', about, 'the gateway that runs has it')
        : fault(
            'ports',
            about,
            'another program listens there',
            `name another port in \`${key.split(' ')[0]}\`, or stop that program`,
          );
    case 'EACCES':
      return fault('ports', about, 'this user may not listen there', 'name a port of 1024 or above');
    case 'EADDRNOTAVAIL':
      return fault('ports', about, 'this machine does not have that address', 'name one of its own, or 0.0.0.0');
    default:
      return fault('ports', about, `it cannot be had: ${code}`, 'name another address or port');
  }
}

/** What the gateway that runs says of itself; undefined where none does. */
async function readiness({ private: { address, port } }: Config): Promise<readonly Check[] | undefined> {
  const url = `http://${hostOf(address)}:${port}/readyz`;
  try {
    const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    const [first = '', ...lines] = (await body.text()).trimEnd().split('\n');
    if (first !== 'ready' && first !== 'not ready') return undefined;
    const said = lines.map((line) => line.replace(/^- /, ''));
    if (statusCode === 200 && said.length === 0) return [well('gateway', url, 'it runs and is ready')];
    if (statusCode === 200)
      return said.map((line) => warning('gateway', url, line, 'docs/how-to/runbook.md says what to do'));
    return said.map((line) =>
      fault('gateway', url, `it is not ready: ${line}`, 'docs/how-to/runbook.md says what to do'),
    );
  } catch {
    return undefined;
  }
}
