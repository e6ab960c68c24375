import type { Probe } from '../connectors/connector.ts';
import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import { Rejection } from '../model/rejection.ts';
import type { FactKind, Facts } from '../policy/facts.ts';
import { podFact } from '../policy/pod-fact.ts';
import { unreachable } from '../std/unreachable.ts';
import type { Novelty } from './novelty.ts';

/** Where facts come from: the target, and what is remembered of callers. */
interface Sources {
  readonly probe: Probe;
  readonly novelty: Pick<Novelty, 'lastDone'>;
}

/** The facts of these kinds, asked of the target at once; what cannot be had is `unknown`. */
export async function lookUpAll(
  sources: Sources,
  kinds: readonly FactKind[],
  caller: Caller,
  operation: Operation,
): Promise<Facts> {
  const looked = await Promise.all(kinds.map((kind) => lookUp(sources, kind, caller, operation)));
  return Object.assign({}, ...looked) as Facts;
}

async function lookUp(
  { probe, novelty }: Sources,
  kind: FactKind,
  caller: Caller,
  operation: Operation,
): Promise<Facts> {
  switch (kind) {
    case 'existing':
      return { existing: await probe.existing(operation, caller) };
    case 'result':
      return resultFact(await probe.result(operation, caller));
    case 'pod': {
      const pod = await probe.pod(operation, caller);
      return pod === null || pod === 'unknown' ? { pod } : { pod: podFact(pod), podState: pod };
    }
    case 'namespaceLabels':
      return { namespaceLabels: await probe.namespaceLabels(operation, caller) };
    case 'services':
      return { services: await probe.services(operation, caller) };
    case 'lastDone':
      return { lastDone: await novelty.lastDone(operation, caller) };
    default:
      return unreachable(kind);
  }
}

function resultFact(result: Awaited<ReturnType<Probe['result']>>): Facts {
  return result instanceof Rejection ? { result: 'unknown', rejection: result.message } : { result };
}
