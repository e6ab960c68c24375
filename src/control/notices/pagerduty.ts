import type { Notifier } from './notifier.ts';
import { postJson } from './post-json.ts';

const EVENTS_API = 'https://events.pagerduty.com/v2/enqueue';

/** Limit of PagerDuty's own: characters of a summary. */
const SUMMARY_CHARACTERS_MAX = 1_000;

/** An alert that is resolved when what it is about is over. Source: https://developer.pagerduty.com/docs/send-alert-event */
export function pagerduty({
  routingKey,
  api = EVENTS_API,
}: {
  readonly routingKey: () => string;
  readonly api?: string;
}): Notifier {
  return {
    async send({ kind, title, facts, about, isOver, risk, at, target }, { signal, link, thread }) {
      const event = {
        routing_key: routingKey().trim(),
        dedup_key: `sallyport ${about}`,
        event_action: isOver && thread !== undefined ? 'resolve' : 'trigger',
        payload: {
          summary: title.slice(0, SUMMARY_CHARACTERS_MAX),
          source: target === '' ? 'sallyport' : target,
          severity: risk === 'high' ? 'critical' : risk === 'raised' ? 'warning' : 'info',
          timestamp: new Date(at).toISOString(),
          class: kind,
          custom_details: { facts },
        },
        ...(link === '' ? {} : { links: [{ href: link, text: 'look at it' }] }),
      };
      await postJson(api, JSON.stringify(event), {}, signal);
      return about;
    },
  };
}
