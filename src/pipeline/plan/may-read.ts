import type { Connector, MayRead } from '../../connectors/connector.ts';
import { Refusal } from '../../model/refusal.ts';
import type { Request } from '../../model/request.ts';
import type { Ask } from '../judge.ts';

/**
 * Whether policy, which is asked by `ask`, would let the caller of a request read what is behind a request target, as it is: without edits, and without a person. What
 * cannot be judged may not be read. Each is asked about once.
 */
export function mayReadOf(connector: Pick<Connector, 'parse'>, ask: Ask, request: Request): MayRead {
  const known = new Map<string, Promise<boolean>>();
  return (uri) => {
    const may = known.get(uri) ?? mayRead(connector, ask, { ...request, ...READ, uri });
    known.set(uri, may);
    return may;
  };
}

const READ = {
  method: 'GET',
  headers: new Map([['accept', ['application/json']]]),
  upgrade: undefined,
  readBody: async () => Buffer.alloc(0),
} satisfies Partial<Request>;

async function mayRead(connector: Pick<Connector, 'parse'>, ask: Ask, read: Request): Promise<boolean> {
  try {
    const { decision } = await ask(await connector.parse(read));
    return decision.effect === 'allow' && decision.amend === undefined;
  } catch (thrown) {
    if (thrown instanceof Refusal) return false;
    throw thrown;
  }
}
