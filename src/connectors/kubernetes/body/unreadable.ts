import { Refusal } from '../../../model/refusal.ts';

/** The refusal of a body that cannot be read, or that two readers could read two ways. */
export function unreadable(sentence: string, advice = ''): Refusal {
  return new Refusal('BODY_UNREADABLE', sentence, advice === '' ? {} : { advice });
}
