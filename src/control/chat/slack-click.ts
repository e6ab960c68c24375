import { z } from 'zod';
import type { Vault } from '../../store/vault.ts';

/** A button of a message that somebody has pressed. */
export interface SlackClick {
  /** Who, by Slack's own id. */
  readonly user: string;
  readonly channel: string;
  readonly answer: 'approve' | 'reject';
  readonly approval: string;
  /** Of what the message showed. */
  readonly digest: string;
  /** See `buttonSeal`. */
  readonly seal: string;
}

/** How the values of buttons are written. */
export function buttonValue(approval: string, digest: string, seal: string): string {
  return `${approval} ${digest} ${seal}`;
}

/**
 * That a gateway of this store has offered the button, by this notifier. Security: whoever else may post with the same app knows an id and a digest, and could put both
 * under words of their own. Test: `T76: a button that no gateway has offered says nothing, whatever stands above it`.
 */
export function buttonSeal(vault: Pick<Vault, 'digest'>, notifier: string, approval: string, digest: string): string {
  return vault.digest(JSON.stringify([notifier, approval, digest]), 'button');
}

const payload = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string().regex(/^[A-Z0-9]{2,32}$/) }),
  channel: z.object({ id: z.string().max(64) }),
  actions: z
    .array(
      z.object({
        action_id: z.enum(['approve', 'reject']),
        value: z.string().regex(/^[0-9a-z][0-9a-z-]{0,63} [0-9a-f]{64} [0-9a-f]{64}$/),
      }),
    )
    .length(1),
});

/** What a body of Slack's says; undefined: it is no press of one of our buttons. Source: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export function slackClick(body: Uint8Array): SlackClick | undefined {
  const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
  const [text, ...others] = form.getAll('payload');
  if (text === undefined || others.length > 0) return undefined;
  const parsed = payload.safeParse(read(text));
  if (!parsed.success) return undefined;
  const { user, channel, actions } = parsed.data;
  const [{ action_id: answer, value }] = actions as [(typeof actions)[number]];
  const [approval, digest, seal] = value.split(' ') as [string, string, string];
  return { user: user.id, channel: channel.id, answer, approval, digest, seal };
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
