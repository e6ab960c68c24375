import type { ExchangeBegun, ExchangeEnded, Outcome } from '../event.ts';
import type { JoinedExchange } from './joined-exchanges.ts';

/** The HTTP status that the caller was answered with; undefined where it was none. */
export function statusOf(outcome: Outcome): number | undefined {
  return 'status' in outcome ? outcome.status : undefined;
}

/** Whether it was only planned (`sallyport plan`): nothing of it was forwarded, and it is neither a change nor a refusal. Where its beginning is not there, its code says so. */
export function isPlanned({ begun, ended: { outcome } }: JoinedExchange): boolean {
  return begun?.planned === true || (outcome.kind === 'refused' && outcome.code === 'PLANNED');
}

/** Whether it went as its caller wanted: a stream that its caller closed has. */
export function hasSucceeded(outcome: Outcome): boolean {
  const status = statusOf(outcome);
  return (outcome.kind === 'answered' || outcome.kind === 'abandoned') && status !== undefined && status < 400;
}

/** What was asked, in a few words. */
export function askedWords({ method, operation }: ExchangeBegun): string {
  if (operation === undefined) return method;
  const { verb, resource, subresource, namespace, name, path } = operation;
  if (resource === '') return `${verb} ${path}`;
  const what = [resource, subresource].filter(Boolean).join('/');
  return [verb, what, [namespace, name].filter(Boolean).join('/')].filter(Boolean).join(' ');
}

/** An exchange in one sentence, without a final stop. */
export function exchangeSentence(joined: JoinedExchange): string {
  const { begun, ended } = joined;
  if (begun === undefined) return `exchange ${ended.exchange} ${ended.outcome.kind}`;
  const status = statusOf(ended.outcome);
  const target = begun.target === '' ? '' : ` on ${begun.target}`;
  const asked = `${begun.caller.subject}: ${isPlanned(joined) ? 'only planned: ' : ''}${askedWords(begun)}${target}`;
  return `${asked}: ${ended.outcome.kind}${status === undefined ? '' : ` ${status}`}`;
}

/** What the caller, or the operator, is told of a failure; undefined where there is none. */
export function messageOf({ outcome }: ExchangeEnded): string | undefined {
  return 'message' in outcome ? outcome.message : 'reason' in outcome ? outcome.reason : undefined;
}
