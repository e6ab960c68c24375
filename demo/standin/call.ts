/** One request as the handlers see it, and the parts of the stand-in that they use. */

import type { Identity, Requester } from './authenticate.ts';
import type { Containers } from './containers.ts';
import type { Manager } from './managed-fields.ts';
import type { RequestInfo } from './request.ts';
import type { Cluster } from './write.ts';

export interface Parts {
  readonly cluster: Cluster;
  readonly containers: Containers;
  readonly tokens: ReadonlyMap<string, Identity>;
  readonly impersonatedMayAll: boolean;
}

export interface Call {
  readonly method: string;
  readonly info: RequestInfo;
  readonly who: Requester;
  readonly accept: string | undefined;
  readonly contentType: string | undefined;
  readonly userAgent: string;
  readonly host: string;
  readonly body: Buffer;
}

/** Who is told to own what a write changes: `fieldManager`, else the program's name before its slash. */
export function managerOf(call: Call, operation: Manager['operation']): Manager {
  const name = call.info.query.get('fieldManager') || call.userAgent.split('/')[0] || 'unknown';
  const subresource = ['status', 'scale'].includes(call.info.subresource) ? call.info.subresource : '';
  return { name: name.slice(0, 128), operation, subresource };
}
