import type { Detection } from '../masking/detect/detection.ts';
import { maskedText } from '../masking/text/masked-text.ts';
import type { Refusal } from '../model/refusal.ts';
import type { Outcome } from '../recording/event.ts';

/** Limit: so many characters of a message or detail are kept; an event must fit a line of the journal. */
const TEXT_MAX = 4096;

/**
 * How an exchange ended that was refused, for its record, without the values that detectors know: as refused only where it is sure that it did not run.
 *
 * @param isPermitted it may have been sent
 * @param cut why the gateway gave it up, where it did
 */
export function refusedOutcome(
  refusal: Refusal,
  isPermitted: boolean,
  cut: string | undefined,
  detection: Detection,
): Outcome {
  if (refusal.code === 'CALLER_GONE') return cut === undefined ? { kind: 'abandoned' } : cutOutcome(cut, isPermitted);
  const wasSent = isPermitted && refusal.retry === 'verify';
  const { code, status } = refusal;
  const [message, detail] = [clipped(refusal.message, detection), clipped(refusal.detail, detection)];
  return { kind: wasSent ? 'broken' : 'refused', code, status, message, ...(detail === '' ? {} : { detail }) };
}

/** Cut while it waited for its answer. */
function cutOutcome(message: string, isPermitted: boolean): Outcome {
  return isPermitted
    ? { kind: 'broken', code: 'OUTCOME_UNKNOWN', status: 502, message }
    : { kind: 'refused', code: 'SHUTTING_DOWN', status: 503, message };
}

function clipped(text: string, detection: Detection): string {
  const masked = maskedText(text, detection);
  return masked.length <= TEXT_MAX ? masked : `${masked.slice(0, TEXT_MAX)}…`;
}
