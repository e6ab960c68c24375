import type { Looked } from '../../connectors/connector.ts';
import { maskedText } from '../../masking/text/masked-text.ts';
import type { Permit } from '../../model/permit.ts';
import type { PlannedAnswer } from '../../model/planned.ts';
import { maskedObject } from '../masked-body.ts';
import { keptDetection, type Masking } from '../masking.ts';

/** What a client would be answered, without the values that masks hide from anybody; undefined: nobody can tell. */
export function plannedAnswer(
  masking: Masking,
  { caller, operation, request }: Pick<Permit, 'caller' | 'operation' | 'request'>,
  { stored, states, rejection, isAbsent }: Looked,
): PlannedAnswer | undefined {
  const { verb, apiGroup, resource, subresource } = operation;
  if (rejection !== undefined) {
    // The target's own words may quote what is written.
    const isSecret = apiGroup === '' && resource === 'secrets';
    const message = isSecret
      ? 'the target would refuse it'
      : maskedText(rejection.message, keptDetection(masking, { caller, operation }));
    return { kind: 'rejected', status: rejection.status, reason: rejection.reason, message };
  }
  if (stored !== undefined) {
    const object = maskedObject({ masking, caller, operation, exchange: `${request.id} planned` }, stored);
    return { kind: 'stored', object, isNew: states?.before === null };
  }
  if (isAbsent === true) return { kind: 'absent' };
  const isDelete = (verb === 'delete' && subresource === '') || verb === 'deletecollection';
  return isDelete || subresource === 'eviction' ? { kind: 'gone' } : undefined;
}
