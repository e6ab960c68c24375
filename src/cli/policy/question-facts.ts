import type { PolicyCase } from '../../config/policy-test-schema.ts';
import type { Facts } from '../../policy/facts.ts';
import { podFact } from '../../policy/pod-fact.ts';

/** Facts as a person wrote them: the pod as a manifest, all else as rules see it. */
export function factsOf(written: PolicyCase['facts']): Facts {
  const { existing, result, pod, namespaceLabels, services, lastDone } = written ?? {};
  return {
    ...(existing === undefined ? {} : { existing }),
    ...(result === undefined ? {} : { result }),
    ...(pod === undefined ? {} : { pod: pod === null ? null : podFact(pod) }),
    ...(namespaceLabels === undefined ? {} : { namespaceLabels }),
    ...(services === undefined ? {} : { services }),
    ...(lastDone === undefined ? {} : { lastDone: lastDone === null ? null : Date.parse(lastDone) }),
  } as Facts;
}
