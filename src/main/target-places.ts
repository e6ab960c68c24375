import type { Config } from '../config/load.ts';
import type { TargetPlace } from '../control/contract.ts';

/**
 * Where callers reach each target: what is its own goes before the path, since some programs lose that.
 *
 * @param listeners as they were opened: the shared one, then one for each target that has a port of its own
 * @param registered names of targets by API, which are reached by path alone
 */
export function targetPlaces(
  { targets, listen }: Pick<Config, 'targets' | 'listen'>,
  [shared, ...own]: readonly { readonly port: number }[],
  registered: readonly string[],
): readonly TargetPlace[] {
  const rest = [...own];
  const configured = targets.map(({ name, hostNames, port }): TargetPlace => {
    if (port !== undefined) return { name, from: 'file', port: rest.shift()?.port ?? port, path: '', hostNames: [] };
    const path = hostNames.length > 0 ? '' : `/k8s/${name}`;
    return { name, from: 'file', port: shared?.port ?? listen.port, path, hostNames: [...hostNames] };
  });
  const byApi = registered.map(
    (name): TargetPlace => ({
      name,
      from: 'api',
      port: shared?.port ?? listen.port,
      path: `/k8s/${name}`,
      hostNames: [],
    }),
  );
  return [...configured, ...byApi];
}
