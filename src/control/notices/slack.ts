import { buttonValue } from '../chat/slack-click.ts';
import type { Notice } from './notice.ts';
import type { Notifier } from './notifier.ts';
import { postJson } from './post-json.ts';
import { SendFailure } from './send-failure.ts';

/** Who speaks, and where. */
export interface SlackPlace {
  /** Read for each notice. */
  readonly token: () => string;
  readonly channel: string;
  /** Seals a button: what is pressed comes back signed, so that buttons are offered where rules take it. Absent: none are. */
  readonly sealOf?: (approval: string, digest: string) => string;
  /** Slack's API; another one in tests. */
  readonly api?: string;
}

const SLACK_API = 'https://slack.com/api';

/** Limit of Slack's own: characters of a section. Source: https://docs.slack.dev/reference/block-kit/blocks/section-block */
const SECTION_CHARACTERS_MAX = 2_900;

/** Answers after which a second try cannot do better. Source: https://docs.slack.dev/reference/methods/chat.postMessage */
const HOPELESS: ReadonlySet<string> = new Set([
  'account_inactive',
  'channel_not_found',
  'invalid_auth',
  'invalid_blocks',
  'is_archived',
  'missing_scope',
  'not_authed',
  'not_in_channel',
  'token_revoked',
]);

/** A message in a channel, changed as what it is about goes on. It tells, with a link; buttons only where the rules that ask say so, and no yes but to what it shows whole. */
export function slack({ token, channel, sealOf, api = SLACK_API }: SlackPlace): Notifier {
  return {
    async send(notice, { signal, link, thread }) {
      const [at, where] = placeOf(thread);
      const body = JSON.stringify({
        channel: where ?? channel,
        ...(at === undefined ? {} : { ts: at }),
        text: escaped(notice.title),
        blocks: [...blocksOf(notice, link), ...(sealOf === undefined ? [] : buttonsOf(notice, sealOf))],
        unfurl_links: false,
      });
      const method = at === undefined ? 'chat.postMessage' : 'chat.update';
      const text = await postJson(`${api}/${method}`, body, { authorization: `Bearer ${token().trim()}` }, signal);
      const answer = answerOf(text);
      if (answer.ok !== true)
        throw new SendFailure(`Slack says \`${answer.error}\``, HOPELESS.has(String(answer.error)));
      return JSON.stringify([answer.ts, answer.channel]);
    },
  };
}

/** The message that is changed: it goes by the channel's id, and not by its name. */
function placeOf(thread: string | undefined): readonly [at: string | undefined, channel: string | undefined] {
  return thread === undefined ? [undefined, undefined] : (JSON.parse(thread) as [string, string]);
}

function answerOf(text: string): {
  readonly ok?: unknown;
  readonly error?: unknown;
  readonly ts?: unknown;
  readonly channel?: unknown;
} {
  try {
    return JSON.parse(text) as ReturnType<typeof answerOf>;
  } catch {
    throw new SendFailure('Slack’s answer is no JSON');
  }
}

function blocksOf({ title, facts, risk, isOver }: Notice, link: string): readonly unknown[] {
  const mark = isOver ? '' : risk === 'high' ? '🔴 ' : risk === 'raised' ? '🟡 ' : '';
  const text = escaped(facts.join('\n'));
  const shown = cut(text);
  const head = cut(escaped(`${mark}${title}`));
  return [
    section(head),
    ...(shown === '' ? [] : [section(shown)]),
    ...(link === '' ? [] : [{ type: 'context', elements: [{ type: 'mrkdwn', text: `<${link}|look at it>` }] }]),
  ];
}

/** Security: T54, T78. Plain text has no markup: nobody strikes out, colours or folds what stands in it. Source: https://docs.slack.dev/reference/block-kit/composition-objects/text-object */
function section(text: string) {
  return { type: 'section', text: { type: 'plain_text', text, emoji: false } };
}

/** Source: https://docs.slack.dev/reference/block-kit/block-elements/button-element */
function buttonsOf(
  { title, facts, about, answer }: Notice,
  sealOf: NonNullable<SlackPlace['sealOf']>,
): readonly unknown[] {
  if (answer === undefined || !answer.from.includes('slack')) return [];
  const value = buttonValue(about, answer.digest, sealOf(about, answer.digest));
  const button = (id: string, text: string, style: string, question: string) => ({
    type: 'button',
    action_id: id,
    value,
    style,
    text: { type: 'plain_text', text },
    confirm: {
      title: { type: 'plain_text', text },
      text: { type: 'plain_text', text: question },
      confirm: { type: 'plain_text', text },
      deny: { type: 'plain_text', text: 'Back' },
    },
  });
  // T78: nobody says yes to what is cut.
  const isWhole = [title, facts.join('\n')].every((text) => escaped(text).length <= SECTION_CHARACTERS_MAX - 10);
  const yes = button('approve', 'Approve', 'primary', 'It runs once, as it is shown.');
  const no = button('reject', 'Reject', 'danger', 'Its caller is told that you said no.');
  return [{ type: 'actions', elements: isWhole ? [yes, no] : [no] }];
}

/** T78: what is cut says so; all of it stands behind the link. */
function cut(text: string): string {
  return text.length <= SECTION_CHARACTERS_MAX ? text : `${text.slice(0, SECTION_CHARACTERS_MAX)}\n… and more`;
}

/** Security: whoever names an object cannot put a link or a mention into the message. Source: https://docs.slack.dev/messaging/formatting-message-text */
function escaped(text: string): string {
  return drawn(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** T78: what cannot be seen is drawn. */
function drawn(text: string): string {
  return text.replace(
    /[^\P{C}\n]|[\u2028\u2029]/gu,
    (hidden) => `\\u{${(hidden.codePointAt(0) as number).toString(16)}}`,
  );
}

/** Tells one person alone, in a channel. Source: https://docs.slack.dev/reference/methods/chat.postEphemeral */
export function slackWhisper({ token, api = SLACK_API }: Pick<SlackPlace, 'token' | 'api'>) {
  return async (channel: string, user: string, text: string): Promise<void> => {
    const body = JSON.stringify({ channel, user, text: escaped(text) });
    const signal = AbortSignal.timeout(WHISPER_TIMEOUT_MS);
    await postJson(`${api}/chat.postEphemeral`, body, { authorization: `Bearer ${token().trim()}` }, signal);
  };
}

/** Limit: Slack waits three seconds for what comes of a press. */
const WHISPER_TIMEOUT_MS = 2_000;
