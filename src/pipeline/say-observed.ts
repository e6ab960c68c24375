import type { Permit } from '../model/permit.ts';
import type { MaskedReply } from '../model/reply.ts';

/**
 * The same reply, with a warning where policy would have refused or held its request and only observes the target: kubectl prints it.
 *
 * Source: the warn code 299 and the form, https://www.rfc-editor.org/rfc/rfc7234#section-5.5, as the API server sends its own
 */
export function sayObserved<R extends MaskedReply>({ decision }: Permit, reply: R): R {
  if (decision.observed === undefined) return reply;
  const { effect, rule } = decision.observed;
  const by = rule === '' ? 'no rule allows it' : `rule ${rule}`;
  const text = `policy would ${effect === 'hold' ? 'hold this for a person' : 'refuse this'} (${by}); this target is only observed`;
  return { ...reply, headers: [...reply.headers, 'Warning', `299 sallyport "${text}"`] };
}
