import type { Config } from '../config/load.ts';
import { tokenFileCredential } from '../connectors/kubernetes/upstream/token-file.ts';
import type { Upstream } from '../connectors/kubernetes/upstream/upstream.ts';
import type { Clock } from '../std/clock.ts';
import type { Way } from './way.ts';
import { kubeconfigWay } from './way-to.ts';

/** The way of a target's look-ups: with the reader's credential, or the gateway's own where none is named. @throws {ConfigError} the reader's kubeconfig cannot be used */
export function readerOf(
  { name, reader }: Config['targets'][number],
  way: Way,
  options: Parameters<Way>[0],
  clock: Clock,
  onRefused: (why: string) => void,
): Upstream {
  if (reader?.kubeconfig !== undefined) return kubeconfigWay(name, reader.kubeconfig, clock, onRefused)(options);
  if (reader?.tokenFile === undefined) return way(options);
  return way({ ...options, credentials: tokenFileCredential({ file: reader.tokenFile, clock }) });
}
