import { textMaskPrefix } from '../../masking/text/text-mask.ts';
import type { Recalled } from '../../policy/observed/replay.ts';
import type { Question } from '../../policy/question.ts';
import type { ExchangeBegun, RecordedOperation } from '../../recording/event.ts';
import { decisionOf, type Recorded, type RecordedExchange } from './recorded-exchanges.ts';

/** What can be read again of a recorded request; undefined where its path says nothing any more, since a name in it was masked. */
export type OperationReader = (
  begun: Pick<ExchangeBegun, 'target' | 'method'>,
  operation: RecordedOperation,
) => Question['operation'] | undefined;

/** What the media type of an apply begins with. */
const APPLY = 'application/apply-patch';

/**
 * An exchange as policy can be asked about it again; undefined where it cannot.
 *
 * Limit: what the journal has of a request has no body, and nothing that is behind a proxy.
 */
export function recall(
  exchange: RecordedExchange,
  { grants, tokens }: Pick<Recorded, 'grants' | 'tokens'>,
  read: OperationReader,
): Recalled | undefined {
  const { begun, permitted } = exchange;
  const { caller, at } = begun;
  const issued = caller.token === undefined ? undefined : tokens.get(caller.token);
  const operation = read(begun, begun.operation);
  // What its token was bound to stands in a journal that is not there.
  if (operation === undefined || (caller.token !== undefined && issued === undefined)) return undefined;
  const decision = decisionOf(exchange);
  const granted = grants.at(caller, at);
  const isHidden =
    begun.operation.body !== undefined || operation.power?.endsWith('-proxy') === true || isMasked(operation);
  return {
    question: {
      caller: {
        ...caller,
        ...(issued === undefined ? {} : { issued }),
        tokenEndsAt: Number.POSITIVE_INFINITY,
        tokenDigest: '',
      },
      operation,
      facts: {},
      nowMs: at,
      ...(isHidden ? { unsaid: { name: false, namespace: false } } : {}),
      ...(granted.length === 0 ? {} : { grants: granted }),
    },
    isApply: begun.operation.body?.mediaType.startsWith(APPLY) ?? false,
    ...(decision === undefined || permitted?.amended !== undefined
      ? {}
      : { decided: { effect: decision.effect, rule: decision.rule, isApproved: decision.approval !== undefined } }),
  };
}

/** A word of a command that was masked is not the word that was asked. */
function isMasked({ stream }: Question['operation']): boolean {
  return stream?.argv.some((word) => word.includes(textMaskPrefix)) ?? false;
}
