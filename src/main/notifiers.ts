import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Config } from '../config/load.ts';
import { buttonSeal } from '../control/chat/slack-click.ts';
import { mail } from '../control/notices/mail.ts';
import type { Notifier } from '../control/notices/notifier.ts';
import { type NotifierModule, ownModule } from '../control/notices/own-module.ts';
import { pagerduty } from '../control/notices/pagerduty.ts';
import { slack } from '../control/notices/slack.ts';
import { teams } from '../control/notices/teams.ts';
import { webhook } from '../control/notices/webhook.ts';
import type { Vault } from '../store/vault.ts';
import { ConfigError } from './config-error.ts';

type NotifierConfig = Config['notifiers'][number];

/** What tells people, by name. @throws {ConfigError} a module of one's own cannot be loaded */
export async function notifiersOf(
  { notifiers }: Pick<Config, 'notifiers'>,
  vault: Pick<Vault, 'digest'>,
): Promise<ReadonlyMap<string, Notifier>> {
  const made = notifiers.map(async (notifier) => [notifier.name, await notifierOf(notifier, vault)] as const);
  return new Map(await Promise.all(made));
}

async function notifierOf(
  { name, slack: chat, teams: cards, webhook: hook, pagerduty: alerts, smtp, module: own }: NotifierConfig,
  vault: Pick<Vault, 'digest'>,
): Promise<Notifier> {
  if (chat !== undefined)
    return slack({
      token: reader(chat.tokenFile),
      channel: chat.channel,
      ...(chat.signingSecretFile === undefined
        ? {}
        : { sealOf: (approval, digest) => buttonSeal(vault, name, approval, digest) }),
      ...(chat.apiUrl === undefined ? {} : { api: chat.apiUrl }),
    });
  if (cards !== undefined) return teams({ url: reader(cards.urlFile) });
  if (alerts !== undefined) return pagerduty({ routingKey: reader(alerts.routingKeyFile) });
  if (hook !== undefined)
    return webhook({ url: hook.url, secret: hook.secretFile === undefined ? undefined : reader(hook.secretFile) });
  if (smtp !== undefined) return mail(smtp);
  if (own !== undefined) return loaded(name, own.file);
  throw new Error(`notifier ${name} is of no kind`);
}

async function loaded(name: string, file: string): Promise<Notifier> {
  try {
    return ownModule((await import(pathToFileURL(file).href)) as Partial<NotifierModule>);
  } catch (error) {
    throw new ConfigError(`the module of notifier \`${name}\` cannot be used: ${(error as Error).message}`);
  }
}

/** Read for each notice: whoever replaces a secret does not have to restart. */
function reader(file: string): () => string {
  return () => readFileSync(file, 'utf8');
}
