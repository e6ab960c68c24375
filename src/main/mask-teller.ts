import { maskedText } from '../masking/text/masked-text.ts';
import type { Caller } from '../model/caller.ts';
import type { MaskEvents } from '../pipeline/mask-events.ts';
import type { RecordedCaller } from '../recording/event.ts';
import type { Journal } from '../storage/journal.ts';
import type { Told } from './observe.ts';

/** Tells what is done with masks: to the journal, the log and the metrics. */
export function maskTeller(journal: Pick<Journal, 'append'>, { log, metrics, clock }: Told): MaskEvents {
  return {
    guessed({ caller, operation, exchange, guessesMax }) {
      const { target, apiGroup, resource, namespace } = operation;
      const place = { target, apiGroup, resource, namespace, name: maskedText(operation.name) };
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
