import { catalogOf } from '../cli/policy/catalog.ts';
import type { Config } from '../config/load.ts';
import { checkTarget } from '../connectors/kubernetes/check/check-target.ts';
import { powerOf } from '../connectors/kubernetes/powers.ts';
import { addressRules } from '../connectors/kubernetes/upstream/allowed-address.ts';
import { DEFAULT_UPSTREAM_LIMITS } from '../connectors/kubernetes/upstream/limits.ts';
import type { LiveTargets } from '../control/targets/live-targets.ts';
import type { TargetChecked } from '../model/target-check.ts';
import { type RbacNeeded, rbacNeeded } from '../policy/rbac-export/rbac-needed.ts';
import type { Rule } from '../policy/rule.ts';
import { type Clock, systemClock } from '../std/clock.ts';
import { rightsChecker } from './check-rights.ts';
import { configuredWays } from './configured-ways.ts';
import { registeredWays } from './registered-ways.ts';
import type { TargetTerms } from './target.ts';
import type { Ways } from './way.ts';

interface Parts {
  readonly config: Config;
  /** Targets by API. */
  readonly live: Pick<LiveTargets, 'get' | 'credentialOf'>;
  readonly rules: () => readonly Rule[];
  readonly clock: Clock;
}

/** Looks at a target of the configuration, from wherever this runs. */
export function checkConfigured(config: Config, rules: readonly Rule[], name: string) {
  const live: Parts['live'] = {
    get: () => undefined,
    credentialOf: () => {
      throw new Error('a target that is not there was opened');
    },
  };
  return targetChecker({ config, live, rules: () => rules, clock: systemClock })(name);
}

/** Looks at a target of a name, with connections of its own; undefined where there is none. */
export function targetChecker({ config, live, rules, clock }: Parts) {
  return async (name: string): Promise<readonly TargetChecked[] | undefined> => {
    const found = configured(config, clock, name) ?? registered(config, live, clock, name);
    if (found === undefined) return undefined;
    const { terms, ways } = found;
    const { upstreamTimeoutMs, upstreamStallTimeoutMs, connectTimeoutMs } = config.limits;
    return checkTarget({
      ways: { own: ways.own, reader: ways.hasReader ? ways.reader : undefined },
      limits: { ...DEFAULT_UPSTREAM_LIMITS, upstreamTimeoutMs, upstreamStallTimeoutMs, connectTimeoutMs },
      upstreamIdentity: terms.upstreamIdentity,
      clock,
      rightsOf: rightsChecker({
        needed: neededFor(config, rules(), terms),
        upstreamIdentity: terms.upstreamIdentity,
        isMarked: terms.marked,
        hasReader: ways.hasReader,
      }),
    });
  };
}

function neededFor({ openHealthPaths }: Config, rules: readonly Rule[], { name, podSecrets }: TargetTerms): RbacNeeded {
  return rbacNeeded(rules, {
    target: name,
    catalog: catalogOf(powerOf),
    apiGroups: [],
    healthPaths: openHealthPaths ? HEALTH_PATHS : [],
    podSecrets: podSecrets ?? [],
  });
}

const HEALTH_PATHS = ['/healthz', '/livez', '/livez/*', '/readyz', '/readyz/*'];

interface Found {
  readonly terms: TargetTerms;
  readonly ways: Ways;
}

function configured(config: Config, clock: Clock, name: string): Found | undefined {
  const target = config.targets.find((each) => each.name === name);
  if (target === undefined) return undefined;
  return { terms: target, ways: configuredWays(target, config, clock, () => {}) };
}

function registered(config: Config, live: Parts['live'], clock: Clock, name: string): Found | undefined {
  const kept = live.get(name)?.kept;
  if (kept === undefined) return undefined;
  const where = { addresses: addressRules(config.unsafe.targetNetworks), dataFolder: config.dataFolder, clock };
  const ways = registeredWays(kept, live.credentialOf(kept), where, () => {});
  return { terms: { name, ...kept.spec }, ways };
}
