import type { Reads } from '../connectors/connector.ts';
import type { MaskKey } from '../masking/form/mask-key.ts';
import type { MaskRules } from '../masking/rules/mask-rules.ts';
import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import type { Permit } from '../model/permit.ts';

/** What masks of objects need beside the reply. */
export interface Masking {
  readonly rules: MaskRules;
  readonly key: MaskKey;
  /** Default masks that an operator has opened for this caller on this target; where that is all of them, nothing is read. */
  readonly openFor: (caller: Caller, target: string) => ReadonlySet<string> | 'all';
  /** Limit: the bytes of one object that are held while it is masked. */
  readonly objectBytesMax: number;
}

/**
 * What of an operation's reply is read: objects of resources are; what programs say has masks of its own; of what is behind a proxy, and of the closed list of paths that
 * hold no object (discovery, OpenAPI, version, health, metrics, keys of issuers), nothing is.
 */
export function readsOf({ openFor }: Pick<Masking, 'openFor'>, { caller, operation }: Permit): Reads {
  const isObject = operation.isResourceRequest && operation.stream === undefined && !opaque.has(operation.power ?? '');
  return isObject && !isSelfReview(operation) && openFor(caller, operation.target) !== 'all' ? 'objects' : 'nothing';
}

/** A question about oneself, which the gateway answers itself. */
function isSelfReview({ apiGroup, resource }: Operation): boolean {
  return apiGroup.endsWith('.k8s.io') && /^selfsubject(?:access|rules)?reviews$/.test(resource);
}

/** Whether a path that is no resource holds no value of an object. */
export function isPublicPath({ path }: Pick<Operation, 'path'>): boolean {
  return (
    /^\/(?:api|apis|openapi|version|healthz|livez|readyz|metrics|openid|\.well-known)(?:\/|$)/.test(path) ||
    path === '/'
  );
}

const opaque: ReadonlySet<string> = new Set([
  'exec',
  'attach',
  'portforward',
  'pods-proxy',
  'services-proxy',
  'nodes-proxy',
]);
