import type { MaskRules } from '../masking/rules/mask-rules.ts';
import { maskedText } from '../masking/text/masked-text.ts';
import type { Caller } from '../model/caller.ts';
import type { MaskEvents } from '../pipeline/mask-events.ts';
import { writtenPlace } from '../policy/place-path.ts';
import type { RecordedCaller } from '../recording/event.ts';
import { TokenBuckets } from '../std/token-buckets.ts';
import type { Journal } from '../storage/journal.ts';
import type { Told } from './observe.ts';

/** Limits of what is told of masks that come back: whoever has one can present it without end, and needs no token for it. */
export const MASK_TELL_LIMITS = Object.freeze({
  /** Returns that get a line in journal and log, each second, over time; the metric counts them all. */
  returnsPerSecond: 5,
  /** Such lines at once. */
  returnsBurstMax: 100,
});

/** Tells what is done with masks: to the journal, the log and the metrics; `masks`: those in force, which names are told without the values of. */
export function maskTeller(
  journal: Pick<Journal, 'append'>,
  { log, metrics, clock }: Told,
  masks: () => MaskRules,
): MaskEvents {
  const lines = new TokenBuckets({
    perSecond: MASK_TELL_LIMITS.returnsPerSecond,
    burstMax: MASK_TELL_LIMITS.returnsBurstMax,
    keysMax: 1,
  });
  return {
    returned({ honeytoken, exchange, peer, caller, where }) {
      const { mask, target, apiGroup, resource, namespace, path, readers } = honeytoken;
      const place = { target, apiGroup, resource, namespace, at: writtenPlace(path.split('\n')) };
      metrics.maskEvent('returned');
      if (!lines.take('', clock.monotonic())) return;
      const subject = caller?.subject ?? '';
      const readBy = readers.map((reader) => reader.subject);
      log.error(
        { exchange, subject, peer, where, mask, place, readBy },
        'a mask that was shown to somebody came back from elsewhere',
      );
      const from = caller === undefined ? {} : { caller: recorded(caller) };
      journal.append({ type: 'mask.returned', at: clock.now(), exchange, peer, ...from, where, mask, place, readers });
    },
    guessed({ caller, operation, exchange, guessesMax }) {
      const { target, apiGroup, resource, namespace } = operation;
      const masked = (name: string) => maskedText(name, masks().everyDetection());
      const place = { target, apiGroup, resource, namespace: masked(namespace), name: masked(operation.name) };
      metrics.maskEvent('guessed');
      log.warn(
        { exchange, subject: caller.subject, ...place, guessesMax },
        'a caller tries values of what is masked for it',
      );
      journal.append({
        type: 'mask.guessed',
        at: clock.now(),
        exchange,
        caller: recorded(caller),
        ...place,
        guessesMax,
      });
    },
  };
}

function recorded({ subject, issuer, groups, kind, labels }: Caller): RecordedCaller {
  return { subject, issuer, groups, kind, labels };
}
