import { hostname } from 'node:os';
import type { Config } from '../config/load.ts';

/** The name of this gateway in its journal: the machine's, and of the second worker on with its number, since each journal is signed in a name of its own. */
export function gatewayName({ worker = 1 }: Pick<Config, 'worker'>): string {
  return worker === 1 ? hostname() : `${hostname()}-worker-${worker}`;
}
