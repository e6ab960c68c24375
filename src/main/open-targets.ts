import type { Config } from '../config/load.ts';
import { addressRules } from '../connectors/kubernetes/upstream/allowed-address.ts';
import { configuredWays } from './configured-ways.ts';
import { readerTeller, type Told } from './observe.ts';
import type { Control } from './open-control.ts';
import { registeredWays } from './registered-ways.ts';
import type { ServedTargets } from './served-targets.ts';
import { createTarget, type TargetPolicy, type TargetTerms } from './target.ts';
import type { TargetTroubles } from './target-troubles.ts';
import type { OpenedTracing } from './tracing/told-tracing.ts';
import type { Ways } from './way.ts';

interface Parts {
  readonly config: Config;
  readonly served: ServedTargets;
  readonly control: Pick<Control, 'serveTargets'>;
  readonly policy: TargetPolicy;
  readonly troubles: TargetTroubles;
  readonly told: Told;
  readonly tracing: Pick<OpenedTracing, 'upstream'>;
}

/** Serves the targets of the configuration and those that are registered by API, from now on as they come and go. @throws {ConfigError} a kubeconfig cannot be used */
export function openTargets({ config, served, control, policy, troubles, told, tracing }: Parts): void {
  const open = (target: TargetTerms, waysFor: (onRefused: (why: string) => void) => Ways) => {
    const reader = readerTeller(target.name, troubles, told);
    const ways = waysFor((why) => reader.failed(why, true));
    const traced = tracing.upstream(target.name);
    served.open(target.name, createTarget(target, ways, config, told.clock, policy, reader, traced));
  };
  for (const target of config.targets)
    open(target, (onRefused) => configuredWays(target, config, told.clock, onRefused));
  const addresses = addressRules(config.unsafe.targetNetworks);
  const where = { addresses, dataFolder: config.dataFolder, clock: told.clock };
  control.serveTargets({
    open: (kept, credential, assertInForce) =>
      open({ name: kept.name, ...kept.spec }, () => registeredWays(kept, credential, where, assertInForce)),
    close: (name) => served.close(name),
  });
}
