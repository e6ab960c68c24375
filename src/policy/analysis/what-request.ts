import type { RbacRequest } from '../rbac.ts';
import type { Rule } from '../rule.ts';
import type { What } from './space.ts';

/** An operation class as RBAC is asked about it, without a name. */
export function asRequest(what: What, change: Partial<RbacRequest> = {}): RbacRequest {
  const resource = what.isResource
    ? { apiGroup: what.apiGroup, resource: what.resource, subresource: what.subresource, power: what.power, path: '' }
    : { apiGroup: '', resource: '', subresource: '', power: undefined, path: what.path };
  return { isResourceRequest: what.isResource, verb: what.verb, name: '', ...resource, ...change };
}

const PROXIES: ReadonlySet<string | undefined> = new Set(['pods-proxy', 'services-proxy', 'nodes-proxy']);

/** Whether the operation is of the sort of stream that the rule's conditions are about; any is where it has none. */
export function isOfStream({ exec, log, portForward, proxy }: Rule, what: What, isExecReading: boolean): boolean {
  const { power, resource, subresource, apiGroup } = asRequest(what);
  const isLog = apiGroup === '' && resource === 'pods' && subresource === 'log';
  return (
    (exec === undefined || power === 'exec' || power === 'attach' || isExecReading) &&
    (log === undefined || isLog) &&
    (portForward === undefined || power === 'portforward') &&
    (proxy === undefined || PROXIES.has(power))
  );
}
