import type { Config } from '../config/load.ts';
import type { Clock } from '../std/clock.ts';
import { readerOf } from './reader-of.ts';
import type { Way, Ways } from './way.ts';
import { wayTo } from './way-to.ts';

type TargetConfig = Config['targets'][number];

/** The ways to a target of the configuration; nothing is sent before they are used. @throws {ConfigError} a kubeconfig cannot be used */
export function configuredWays(
  target: TargetConfig,
  config: Config,
  clock: Clock,
  onRefused: (why: string) => void,
): Ways {
  const own = wayTo(target, config, clock, onRefused);
  const reader: Way = (options) => readerOf(target, own, options, clock, onRefused);
  return { own, reader, hasReader: target.reader !== undefined };
}
