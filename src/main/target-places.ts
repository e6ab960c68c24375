import type { Config } from '../config/load.ts';
import type { TargetPlace } from '../control/contract.ts';

/**
 * Where callers reach each target: what is its own goes before the path, since some programs lose that.
 *
 * @param listeners as they were opened: the shared one, then one for each target that has a port of its own
 */
export function targetPlaces(
  { targets, listen }: Pick<Config, 'targets' | 'listen'>,
  [shared, ...own]: readonly { readonly port: number }[],
): readonly TargetPlace[] {
  const rest = [...own];
  return targets.map(({ name, hostNames, port }) => {
    if (port !== undefined) return { name, port: rest.shift()?.port ?? port, path: '', hostNames: [] };
    const path = hostNames.length > 0 ? '' : `/k8s/${name}`;
    return { name, port: shared?.port ?? listen.port, path, hostNames: [...hostNames] };
  });
}
