import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Config } from '../../config/load.ts';
import { portTaken } from '../port-taken.ts';

/** The ports that all workers serve, each as a number. */
export interface Ports {
  readonly listen: number;
  readonly console: number | undefined;
  /** Of targets that have one of their own, by name. */
  readonly targets: Readonly<Record<string, number>>;
}

/**
 * The ports of the configuration; one that is left to be chosen (0) is chosen here, once: a worker that is started later serves the same, and which port is which is not told
 * by the order in which a worker asks for them.
 *
 * @throws {ConfigError} an address cannot be had
 */
export async function choosePorts(config: Config): Promise<Ports> {
  const held: Server[] = [];
  const choose = async (address: string, port: number) => {
    if (port !== 0) return port;
    const server = await listening(address).catch(portTaken(address, port));
    held.push(server);
    return (server.address() as AddressInfo).port;
  };
  const { address } = config.listen;
  const listen = await choose(address, config.listen.port);
  const place = config.console;
  const own = place === undefined ? undefined : await choose(place.address, place.port);
  const targets: Record<string, number> = {};
  for (const { name, port } of config.targets) if (port !== undefined) targets[name] = await choose(address, port);
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return { listen, console: own, targets };
}

function listening(address: string): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, () => resolve(server));
  });
}
