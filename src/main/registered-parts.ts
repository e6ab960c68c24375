import type { Config } from '../config/load.ts';
import { addressRules } from '../connectors/kubernetes/upstream/allowed-address.ts';
import { LiveTargets } from '../control/targets/live-targets.ts';
import { Targets } from '../control/targets/targets.ts';
import type { InFlight } from '../pipeline/in-flight.ts';
import { anyGlob } from '../policy/glob.ts';
import type { TargetChanged } from '../recording/target-changed.ts';
import type { Store } from '../store/store.ts';
import { refusedPlace } from './refused-place.ts';

interface From {
  readonly config: Config;
  readonly inFlight: InFlight;
  readonly record: (event: TargetChanged) => Promise<void>;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** Targets by API: those in force, and who changes them. */
export function registeredParts(store: Store, { config, inFlight, record, onFailure }: From) {
  const isConfigured = (name: string) => config.targets.some((target) => target.name === name);
  const liveTargets = new LiveTargets({
    store,
    isConfigured,
    endAccess: (target, what, refusal) =>
      inFlight.endAccess((lives) => lives.target === target && (what === 'all' || lives.isStream), refusal),
    onFailure,
  });
  const addresses = addressRules(config.unsafe.targetNetworks);
  const registered = new Targets({
    store,
    record,
    isConfigured,
    isRoleNamed: anyGlob(config.control.targetRoles),
    refusedPlace: (url) => refusedPlace(url, addresses),
    take: (kept) => liveTargets.take(kept),
  });
  return { liveTargets, registered };
}
