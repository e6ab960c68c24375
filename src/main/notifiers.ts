import { readFileSync } from 'node:fs';
import type { Config } from '../config/load.ts';
import { mail } from '../control/notices/mail.ts';
import type { Notifier } from '../control/notices/notifier.ts';
import { pagerduty } from '../control/notices/pagerduty.ts';
import { slack } from '../control/notices/slack.ts';
import { teams } from '../control/notices/teams.ts';
import { webhook } from '../control/notices/webhook.ts';

type NotifierConfig = Config['notifiers'][number];

/** What tells people, by name. */
export function notifiersOf({ notifiers }: Pick<Config, 'notifiers'>): ReadonlyMap<string, Notifier> {
  return new Map(notifiers.map((notifier) => [notifier.name, notifierOf(notifier)]));
}

function notifierOf({
  name,
  slack: chat,
  teams: cards,
  webhook: hook,
  pagerduty: alerts,
  smtp,
}: NotifierConfig): Notifier {
  if (chat !== undefined) return slack({ token: reader(chat.tokenFile), channel: chat.channel });
  if (cards !== undefined) return teams({ url: reader(cards.urlFile) });
  if (alerts !== undefined) return pagerduty({ routingKey: reader(alerts.routingKeyFile) });
  if (hook !== undefined)
    return webhook({ url: hook.url, secret: hook.secretFile === undefined ? undefined : reader(hook.secretFile) });
  if (smtp !== undefined) return mail(smtp);
  throw new Error(`notifier ${name} is of no kind`);
}

/** Read for each notice: whoever replaces a secret does not have to restart. */
function reader(file: string): () => string {
  return () => readFileSync(file, 'utf8');
}
