import type { ExchangeEnded, Outcome } from './event.ts';

/** Limit: characters of a refusal's message, and of its detail, that are recorded. */
export const OUTCOME_TEXT_CHARS_MAX = 2_048;

/** The end of an exchange as it is recorded; its texts are bounded, so that an end always fits into a line. */
export function exchangeEnded(ending: Omit<ExchangeEnded, 'type'>): ExchangeEnded {
  const { at, exchange, session, outcome, decision, traffic } = ending;
  return {
    type: 'exchange.ended',
    at,
    exchange,
    session,
    outcome: bounded(outcome),
    ...(decision === undefined ? {} : { decision }),
    ...(traffic === undefined ? {} : { traffic }),
  };
}

function bounded(outcome: Outcome): Outcome {
  if (outcome.kind !== 'refused' && outcome.kind !== 'broken') return outcome;
  const { kind, code, status, message, detail } = outcome;
  return {
    kind,
    code,
    status,
    message: clip(message),
    ...(detail === undefined || detail === '' ? {} : { detail: clip(detail) }),
  };
}

function clip(text: string): string {
  return text.length <= OUTCOME_TEXT_CHARS_MAX ? text : `${text.slice(0, OUTCOME_TEXT_CHARS_MAX - 1)}…`;
}
