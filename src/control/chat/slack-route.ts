/*
 * Answers by buttons in Slack, where a rule says so (`answerFrom`). Security: the request is Slack's by its signature and its time, and is taken once; who pressed is found
 * in the configuration and nowhere else, has no sign-in that could be recent and no key; and what is answered is what the message showed. All else is as for any answer:
 * the rules seat them, nobody answers what they ask themselves, and a GET answers nothing.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Approval } from '../../approval/approval.ts';
import type { Caller } from '../../model/caller.ts';
import { Refusal } from '../../model/refusal.ts';
import { type Role, rolesOf } from '../../policy/role.ts';
import type { Store } from '../../store/store.ts';
import type { Answers, SeatedNow } from '../answers.ts';
import { fromStore } from '../from-store.ts';
import type { KeptQuestions } from '../kept-questions.ts';
import type { LiveKills } from '../live-kills.ts';
import type { Route } from '../route.ts';
import { partyOf, seatsFilledBy } from '../seats.ts';
import { refuseStopped } from '../stopped-now.ts';
import type { ChatPlace } from './chat-place.ts';
import { buttonSeal, type SlackClick, slackClick } from './slack-click.ts';
import { isOfSlack, SLACK_AGE_MS_MAX } from './slack-signature.ts';

interface Parts {
  readonly store: Store;
  readonly questions: Pick<KeptQuestions, 'get' | 'now'>;
  readonly answers: Pick<Answers, 'answer'>;
  /** Chats that can answer, by the name of their notifier. */
  readonly chats: ReadonlyMap<string, ChatPlace>;
  readonly allRoles: () => readonly Role[];
  readonly access: { readonly kills: Pick<LiveKills, 'stops' | 'refuseCaller'> };
}

/** Where Slack sends what was pressed. */
export function slackRoute(parts: Parts): Route {
  return {
    method: 'POST',
    path: '/chat/{name}/slack',
    id: 'answerFromSlack',
    summary:
      'What was pressed in Slack, signed by Slack; the answer of whom the configuration knows it to be, where the rules take answers from there.',
    needs: 'nobody',
    takes: 'form',
    answer: {
      status: 200,
      schema: z.strictObject({}),
      description: 'It was taken; whoever pressed is told what came of it.',
    },
    handle: async ({ path, raw }) => {
      const chat = parts.chats.get(path.name as string);
      const [timestamp, signature] = ['x-slack-request-timestamp', 'x-slack-signature'].map(
        (name) => raw?.header(name) ?? '',
      );
      const request = {
        timestamp: timestamp as string,
        signature: signature as string,
        body: raw?.bytes ?? new Uint8Array(),
      };
      // Security: a chat that is not there is told as a signature that does not hold.
      if (!isOfSlack(chat?.signingSecret().trim() ?? '', request, parts.questions.now()) || chat === undefined)
        throw refused('it is not signed by Slack, or too old');
      await once(parts, request.signature);
      const click = slackClick(request.body);
      if (click === undefined)
        throw new Refusal('REQUEST_MALFORMED', 'it is no press of a button that was offered here');
      const came = await answered(parts, chat, path.name as string, click).catch((error: unknown) => {
        if (!(error instanceof Refusal)) throw error;
        return error.message;
      });
      await chat.tell(click.channel, click.user, came).catch(() => {});
      return { status: 200, body: {} };
    },
  };
}

/** The answer, in words for whoever pressed. @throws {Refusal} it is not taken */
async function answered(
  parts: Parts,
  { people }: ChatPlace,
  notifier: string,
  { user, answer, approval: id, digest, seal }: SlackClick,
): Promise<string> {
  if (!isSame(seal, buttonSeal(parts.store.vault, notifier, id, digest)))
    throw refused('no gateway has offered this button here: answer it in the console');
  const caller = people.get(user);
  if (caller === undefined || parts.access.kills.stops(caller))
    throw refused('the gateway’s configuration does not know you by your id in Slack');
  const kept = await parts.questions.get(id);
  const seatsOf = (approval: Approval) =>
    seatsFilledBy(caller, rolesOf(parts.allRoles(), caller), approval, parts.questions.now());
  // Security: who may not answer learns nothing of it.
  if (kept === undefined || seatsOf(kept.approval).length === 0)
    throw refused('there is no such question that you may answer');
  refuseElsewhere(kept.approval, caller);
  const seated: SeatedNow = async (approval, rows) => {
    await refuseStopped(caller, parts.access.kills, rows);
    return { seats: seatsOf(approval) };
  };
  const { state } = await parts.answers.answer(id, { answer, by: partyOf(caller), seated, reason: '', digest });
  return state === 'pending' ? 'your yes is taken; others are still asked' : `${state}, by you`;
}

function isSame(seal: string, own: string): boolean {
  return seal.length === own.length && timingSafeEqual(Buffer.from(seal), Buffer.from(own));
}

/** @throws {Refusal} ANSWER_REFUSED */
function refuseElsewhere({ seats, asker }: Approval, { person }: Caller): void {
  if (!seats.every(({ answerFrom = [] }) => answerFrom.includes('slack')))
    throw refused('a rule that asks takes no answers from Slack: answer it in the console');
  // T61: where it is known whose program asks, it has to be known who answers.
  if (asker.person !== undefined && person === undefined)
    throw refused(
      'the configuration does not say which person you are, and a program of somebody’s asks: answer it in the console',
    );
}

/** Limit: presses that are looked at to forget those that are over. */
const FORGOTTEN_MAX = 100;

/** Takes a request once, at whatever gateway. @throws {Refusal} ANSWER_REFUSED it was taken before */
function once({ store }: Parts, signature: string): Promise<void> {
  const id = hash('sha256', signature, 'hex').slice(0, 32);
  return fromStore('the store of answers does not answer', () =>
    store.exclusively('chat presses', async (rows) => {
      if ((await rows.get('press', id)) !== undefined) throw refused('it was taken before');
      for (const row of await rows.list('press', { limit: FORGOTTEN_MAX }))
        if (store.now() > (row.body as number) + 2 * SLACK_AGE_MS_MAX) await rows.delete('press', row.id);
      await rows.put({ kind: 'press', id, version: 0, owner: '', state: '', body: store.now(), isQuiet: true });
    }),
  );
}

function refused(why: string): Refusal {
  return new Refusal('ANSWER_REFUSED', why);
}
