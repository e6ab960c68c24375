import { readFileSync } from 'node:fs';
import type { Config } from '../config/load.ts';
import type { ChatPlace } from '../control/chat/chat-place.ts';
import { slackWhisper } from '../control/notices/slack.ts';
import type { Caller } from '../model/caller.ts';
import { ConfigError } from './config-error.ts';

/** Chats whose messages can be answered, by the name of their notifier. @throws {ConfigError} somebody in one is of no issuer of persons */
export function chatsOf(config: Pick<Config, 'notifiers' | 'issuers'>): ReadonlyMap<string, ChatPlace> {
  const issuers = config.issuers.filter(({ kind }) => kind === 'person').map(({ name }) => name);
  return new Map(
    config.notifiers.flatMap(({ name, slack, people = [] }) => {
      const secretFile = slack?.signingSecretFile;
      if (slack === undefined || secretFile === undefined) return [];
      const token = () => readFileSync(slack.tokenFile, 'utf8');
      const place: ChatPlace = {
        signingSecret: () => readFileSync(secretFile, 'utf8'),
        people: new Map(people.map((each) => [each.id, personOf(name, each, issuers)])),
        tell: slackWhisper({ token, ...(slack.apiUrl === undefined ? {} : { api: slack.apiUrl }) }),
      };
      return [[name, place] as const];
    }),
  );
}

type Person = NonNullable<Config['notifiers'][number]['people']>[number];

function personOf(
  notifier: string,
  { subject, issuer: named, groups, person }: Person,
  issuers: readonly string[],
): Caller {
  const issuer = named ?? (issuers.length === 1 ? issuers[0] : undefined);
  if (issuer === undefined || !issuers.includes(issuer))
    throw new ConfigError(
      `notifier \`${notifier}\`: \`${subject}\` is to be of an issuer of \`kind: person\`; say which by \`issuer\``,
    );
  return Object.freeze({
    ...{ subject, issuer, groups, kind: 'person' as const, labels: {} },
    ...(person === undefined ? {} : { person }),
    ...{ tokenEndsAt: 0, tokenDigest: '' },
  });
}
