import type { Caller } from '../model/caller.ts';
import type { JsonValue, Operation } from '../model/operation.ts';
import type { Request } from '../model/request.ts';
import type { Honeytoken } from './honeytokens.ts';
import type { Masking } from './masking.ts';

/** Tells of remembered masks that come as a token: whoever presents one took it for a credential. */
export function tellMaskAsToken({ honeytokens, events }: Masking, { token, id, peer }: Request): void {
  if (token === undefined || honeytokens.isEmpty) return;
  for (const honeytoken of honeytokens.in(token))
    events.returned({ honeytoken, exchange: id, peer, caller: undefined, where: 'token' });
}

/** Tells of remembered masks that come back where they do not belong: anywhere but at their own place in an object of their own kind and namespace. */
export function tellReturnedMasks(
  { honeytokens, events }: Masking,
  request: Request,
  caller: Caller,
  operation: Operation,
): void {
  if (honeytokens.isEmpty) return;
  const { path, query, stream, body } = operation;
  const tell = (where: string, text: string, isOwn: (honeytoken: Honeytoken) => boolean = never) => {
    for (const honeytoken of honeytokens.in(text))
      if (!isOwn(honeytoken)) events.returned({ honeytoken, exchange: request.id, peer: request.peer, caller, where });
  };
  tell('path', path);
  tell('query', [...query.values()].flat().join(' '));
  if (stream !== undefined) tell('command', stream.argv.join(' '));
  if (body === undefined) return;
  const isOwnKind = ({ target, apiGroup, resource, namespace }: Honeytoken) =>
    target === operation.target &&
    apiGroup === operation.apiGroup &&
    resource === operation.resource &&
    (namespace === '' || namespace === operation.namespace);
  const object =
    body.object ?? (body.patch === undefined || body.patch.type === 'json' ? undefined : body.patch.object);
  if (object === undefined) {
    tell('body', Buffer.from(body.bytes).toString('latin1'));
    return;
  }
  for (const [place, text] of textsOf(object, []))
    tell(
      'body',
      text,
      (honeytoken) => isOwnKind(honeytoken) && (honeytoken.path === place || place.endsWith(`\n${APPLIED}`)),
    );
}

const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function never(): boolean {
  return false;
}

function* textsOf(value: JsonValue, path: readonly string[]): Generator<readonly [string, string]> {
  if (typeof value === 'string') yield [path.join('\n'), value];
  else if (value !== null && typeof value === 'object')
    for (const [key, inner] of Object.entries(value)) yield* textsOf(inner as JsonValue, [...path, key]);
}
