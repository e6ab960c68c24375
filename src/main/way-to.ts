import type { Config } from '../config/load.ts';
import { fileAuthority } from '../connectors/kubernetes/upstream/authority.ts';
import { followedKubeconfig } from '../connectors/kubernetes/upstream/followed-kubeconfig.ts';
import { tokenFileCredential } from '../connectors/kubernetes/upstream/token-file.ts';
import { createUpstream, type UpstreamOptions } from '../connectors/kubernetes/upstream/upstream.ts';
import type { Clock } from '../std/clock.ts';
import { ConfigError } from './config-error.ts';
import { eksPinFile } from './eks-pin-file.ts';
import { eksWay } from './eks-way.ts';
import type { Way } from './way.ts';

type TargetConfig = Config['targets'][number];
type Reach = Pick<UpstreamOptions, 'server' | 'authority' | 'tlsServerName' | 'credentials'>;

/** The way to a target, as its configuration has it; nothing is sent before it is used. @throws {ConfigError} its kubeconfig cannot be used */
export function wayTo(
  { name, kubeconfig, server, eks }: TargetConfig,
  config: Config,
  clock: Clock,
  onRefused: (why: string) => void,
): Way {
  if (kubeconfig !== undefined) return kubeconfigWay(name, kubeconfig, clock, onRefused);
  if (eks !== undefined) return eksWay(eksPinFile(config.dataFolder, name), eks, clock);
  if (server === undefined) throw new Error('a target has neither kubeconfig nor server nor eks');
  return direct({
    server: server.url,
    ...(server.caFile === undefined ? {} : { authority: fileAuthority({ file: server.caFile, clock }) }),
    credentials: tokenFileCredential({ file: server.tokenFile, clock }),
  });
}

function direct(reach: Reach): Way {
  return (options) => createUpstream({ ...reach, ...options });
}

/** The way that a kubeconfig says. @throws {ConfigError} it cannot be used */
export function kubeconfigWay(
  name: string,
  { file, context }: NonNullable<TargetConfig['kubeconfig']>,
  clock: Clock,
  onRefused: (why: string) => void,
): Way {
  try {
    const named = context === undefined ? {} : { context };
    return direct(followedKubeconfig({ file, ...named, clock, environment: process.env, onRefused }));
  } catch (error) {
    throw new ConfigError(`target \`${name}\`: ${error instanceof Error ? error.message : String(error)}`);
  }
}
