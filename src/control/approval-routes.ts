import type { Approval, Proof } from '../approval/approval.ts';
import { fatigue } from '../approval/fatigue.ts';
import { callerKey } from '../model/caller.ts';
import { askedBy, isOwn } from '../model/is-own.ts';
import { Refusal } from '../model/refusal.ts';
import type { Answers, Said, SeatedNow } from './answers.ts';
import {
  answerSchema,
  approvalListQuery,
  approvalReportQuery,
  approvalReportSchema,
  approvalSchema,
  breakGlassSchema,
  wordSchema,
  yesSchema,
} from './approval-contract.ts';
import type { KeptApproval } from './approval-rows.ts';
import { approvalView } from './approval-view.ts';
import { askedSince } from './asked-since.ts';
import { pageOf } from './contract.ts';
import type { Delegations } from './delegations/delegations.ts';
import type { KeptQuestions } from './kept-questions.ts';
import { challengeAskSchema, challengeSchema } from './key-contract.ts';
import type { LiveApprovals } from './live-approvals.ts';
import type { LiveKills } from './live-kills.ts';
import type { PersonKeys } from './person-keys/person-keys.ts';
import { isFresh, newChallenge, rulesSignedFor, usableKeys } from './person-keys/signed-answer.ts';
import type { Answered, Asked, Route } from './route.ts';
import { breaksGlassFor, type Handed, maySee, partyOf, seatedAs } from './seats.ts';
import { seen } from './seen.ts';
import { refuseStopped } from './stopped-now.ts';
import { yesParts } from './yes-parts.ts';

interface Parts {
  readonly questions: KeptQuestions;
  readonly answers: Answers;
  readonly approvals: Pick<LiveApprovals, 'onApproval'>;
  readonly personKeys: Pick<PersonKeys, 'of' | 'site'>;
  readonly delegations: Pick<Delegations, 'to'>;
  readonly access: { readonly kills: Pick<LiveKills, 'refuseCaller'> };
}

const answer = { schema: approvalSchema, description: 'The question; `ETag` is its version.' };

/** The operations on questions. Security: a GET answers nothing (T61). */
export function approvalRoutes(parts: Parts): readonly Route[] {
  return [
    ...lookingRoutes(parts),
    sayingRoute(parts),
    challengeRoute(parts),
    answering(parts, 'approve', 'Say yes to what was shown; it is used once, by the very request.'),
    answering(parts, 'reject', 'Say no to what was shown; the caller is told why.'),
    breakGlassRoute(parts),
  ];
}

function lookingRoutes(parts: Parts): readonly Route[] {
  const { questions, delegations } = parts;
  return [
    {
      method: 'GET',
      path: '/approvals',
      id: 'listApprovals',
      summary:
        'Questions that the caller may see: its own, those in which a rule seats it, and those that a role reaches; the newest first.',
      needs: 'caller',
      query: approvalListQuery,
      answer: { status: 200, schema: pageOf(approvalSchema), description: 'A page.' },
      handle: async ({ caller, roles, query }) => {
        const { state, own, since, after, limit } = query as ReturnType<typeof approvalListQuery.parse>;
        const found = await questions.list({
          ...(own === 'true' ? { owner: callerKey(caller) } : {}),
          ...(state === undefined ? {} : { state }),
          ...(after === undefined ? {} : { before: after }),
          limit,
        });
        const handed = await delegations.to(caller);
        const asked = askedSince(found, ({ approval }) => approval.askedAt, { since, limit });
        const items = asked.items
          .filter(
            ({ approval }) =>
              maySee(caller, roles, approval, questions.now(), handed) &&
              (state === undefined || approval.state === state),
          )
          .map(({ approval }) => approvalView(approval, caller, roles, questions.now(), handed));
        return {
          status: 200,
          body: { items, next: asked.isLast ? null : (found.at(-1)?.approval.id ?? null) },
        };
      },
    },
    watchRoute(parts),
    reportRoute(questions),
    {
      method: 'GET',
      path: '/approvals/{id}',
      id: 'getApproval',
      summary: 'One question, with all that is shown of it and the digest of that.',
      needs: 'caller',
      answer: { status: 200, ...answer },
      handle: async (asked) => {
        const { approval, version, handed } = await find(parts, asked);
        return {
          status: 200,
          body: approvalView(approval, asked.caller, asked.roles, questions.now(), handed),
          version,
        };
      },
    },
  ];
}

function watchRoute({ questions, approvals, delegations }: Parts): Route {
  return {
    method: 'GET',
    path: '/approvals/events',
    id: 'watchApprovals',
    summary: 'Each question as it changes, as server-sent events: those that the caller may see.',
    needs: 'caller',
    answer: { status: 200, schema: 'events', description: 'Events `approval`, each with a question.' },
    handle: async ({ caller, roles }) => {
      let [handed, readAt] = [await delegations.to(caller), questions.now()];
      return {
        begin: (send, broken) => {
          let told = Promise.resolve();
          let isOver = false;
          const tell = async ({ approval }: KeptApproval) => {
            if (questions.now() - readAt > HANDED_FOR_MS) {
              // What cannot be read is handed to nobody.
              handed = await delegations.to(caller).catch(() => []);
              readAt = questions.now();
            }
            if (!isOver && maySee(caller, roles, approval, questions.now(), handed))
              send('approval', approvalView(approval, caller, roles, questions.now(), handed));
          };
          const forget = approvals.onApproval((kept) => {
            told = told.then(() => tell(kept)).catch(broken);
          });
          return () => {
            isOver = true;
            forget();
          };
        },
      };
    },
  };
}

/** How long a watcher is told by the delegations that were read last, in milliseconds. */
const HANDED_FOR_MS = 2_000;

/** Security: who may only see a question says nothing about it; what is said stands in a refusal that its caller reads. */
function sayingRoute(parts: Parts): Route {
  const { questions, answers } = parts;
  return {
    method: 'POST',
    path: '/approvals/{id}/say',
    id: 'sayAboutApproval',
    summary: 'Ask who asks, or answer who answers, while the question waits; it changes nothing of what is answered.',
    needs: 'caller',
    body: wordSchema,
    answer: { status: 200, ...answer },
    handle: async (asked) => {
      const { approval, handed } = await find(parts, asked);
      const { caller, roles } = asked;
      const isAsker = isOwn(approval.asker, askedBy(caller));
      if (!isAsker && seatedAs(caller, roles, approval, questions.now(), handed).seats.length === 0)
        throw new Refusal('ANSWER_REFUSED', 'only who asks and who may answer say something about a question');
      const { text } = asked.body as { readonly text: string };
      return answered(await answers.say(approval.id, partyOf(caller), text), asked, questions.now(), handed);
    },
  };
}

function reportRoute(questions: KeptQuestions): Route {
  return {
    method: 'GET',
    path: '/approvals/report',
    id: 'reportApprovals',
    summary:
      'For each rule what became of its questions, and which of them are hardly worth asking; of those that a role reaches.',
    needs: ['auditor', 'operator', 'approver'],
    query: approvalReportQuery,
    answer: { status: 200, schema: approvalReportSchema, description: 'The rules, the most asked first.' },
    handle: async ({ caller, roles, query }) => {
      const { last } = query as ReturnType<typeof approvalReportQuery.parse>;
      const found = (await questions.list({ limit: last })).map(({ approval }) => approval);
      const seen = found.filter((approval) => maySee(caller, roles, approval, questions.now()));
      const items = fatigue(seen).map((each) => ({
        ...each,
        mostly: [...each.mostly],
        proposals: [...each.proposals],
      }));
      return { status: 200, body: { items } };
    },
  };
}

/** What a yes is signed over, where a rule wants that. */
function challengeRoute(parts: Parts): Route {
  const { questions, personKeys } = parts;
  return {
    method: 'POST',
    path: '/approvals/{id}/challenge',
    id: 'challengeApproval',
    summary: 'What a key is to sign beside a yes to what was shown, and which keys count.',
    needs: 'caller',
    body: challengeAskSchema,
    answer: { status: 200, schema: challengeSchema, description: 'Good for five minutes, for this yes alone.' },
    handle: async (asked) => {
      const { approval } = await find(parts, asked);
      const { digest } = asked.body as { readonly digest: string };
      const by = partyOf(asked.caller);
      const usable = usableKeys(by, approval, await personKeys.of(asked.caller), questions.now());
      const fresh = newChallenge({ approval: approval.id, digest, answer: 'approve', by }, questions.now());
      const { rpId } = personKeys.site();
      return { status: 200, body: { ...fresh, rpId, keys: usable.map(({ key }) => key.credential) } };
    },
  };
}

/** The rules for whose seats a signature counts. @throws {Refusal} ANSWER_REFUSED it does not hold, or is over */
async function signedFor(
  { questions, personKeys }: Parts,
  { caller }: Asked,
  approval: Approval,
  digest: string,
  proof: Proof,
) {
  const by = partyOf(caller);
  const usable = usableKeys(by, approval, await personKeys.of(caller), questions.now());
  const signed = { approval: approval.id, digest, answer: 'approve', by } as const;
  const rules = isFresh(proof.expiresAt, questions.now())
    ? await rulesSignedFor(proof, signed, usable, personKeys.site())
    : [];
  if (rules.length > 0) return rules;
  throw new Refusal('ANSWER_REFUSED', 'the signature does not hold, is over, or is by a key that does not count here', {
    advice: 'look at it again, and sign what you then see',
  });
}

function answering(parts: Parts, said: Said['answer'], summary: string): Route {
  const { questions, answers } = parts;
  return {
    method: 'POST',
    path: `/approvals/{id}/${said}`,
    id: `${said}Approval`,
    summary,
    needs: 'caller',
    body: said === 'approve' ? yesSchema : answerSchema,
    answer: { status: 200, ...answer },
    handle: async (asked) => {
      const { approval, handed } = await find(parts, asked);
      const { caller } = asked;
      const { digest, reason, signature, ...more } = asked.body as ReturnType<typeof yesSchema.parse>;
      const saying = {
        answer: said,
        by: partyOf(caller),
        seated: seatedNow(parts, asked),
        reason,
        digest,
        ...signedInOf(caller),
        ...yesParts(more),
        ...(signature === undefined || said !== 'approve'
          ? {}
          : { proof: signature, signedFor: await signedFor(parts, asked, approval, digest, signature) }),
      };
      return answered(await answers.answer(approval.id, saying), asked, questions.now(), handed);
    },
  };
}

/** Security: T60. A delegation that was ended, or a stop, since the answer was begun counts before it, at whatever gateway. */
function seatedNow({ questions, delegations, access }: Parts, { caller, roles }: Asked): SeatedNow {
  return async (approval, rows) => {
    await refuseStopped(caller, access.kills, rows);
    return seatedAs(caller, roles, approval, questions.now(), await delegations.to(caller, rows));
  };
}

/** Security: who goes through alone is a person, and asks the question itself; all else is in `brokenGlass`. */
function breakGlassRoute(parts: Parts): Route {
  const { questions, answers, access } = parts;
  return {
    method: 'POST',
    path: '/approvals/{id}/break-glass',
    id: 'breakGlass',
    summary:
      'Go through alone with what one asks oneself, in an emergency, where the rules name one for it: once, within two minutes, told and marked for ever.',
    needs: 'caller',
    body: breakGlassSchema,
    answer: { status: 200, ...answer },
    handle: async (asked) => {
      const { approval, handed } = await find(parts, asked);
      const { caller } = asked;
      const { digest, reason } = asked.body as ReturnType<typeof breakGlassSchema.parse>;
      const breakingGlass = { rules: breaksGlassFor(caller, approval) };
      const seated: SeatedNow = async (_approval, rows) => {
        await refuseStopped(caller, access.kills, rows);
        return { seats: [] };
      };
      const by = { by: partyOf(caller), seated, ...signedInOf(caller) };
      const saying = { answer: 'approve', ...by, reason, digest, breakingGlass } as const;
      return answered(await answers.answer(approval.id, saying), asked, questions.now(), handed);
    },
  };
}

function signedInOf({ signedInAt }: Asked['caller']): Pick<Said, 'signedInAt'> {
  return signedInAt === undefined ? {} : { signedInAt };
}

function answered(approval: Approval, { caller, roles }: Asked, nowMs: number, handed: readonly Handed[]): Answered {
  return { status: 200, body: approvalView(approval, caller, roles, nowMs, handed) };
}

async function find({ questions, delegations }: Parts, { path, caller, roles }: Asked) {
  const [kept, handed] = [await questions.get(path.id as string), await delegations.to(caller)];
  const found = seen(kept, 'approval', ({ approval }) => maySee(caller, roles, approval, questions.now(), handed));
  return { ...found, handed };
}
