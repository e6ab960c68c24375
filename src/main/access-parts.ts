/*
 * What lives in the store and decides on the data path, put together: grants, kills and the gateway's own tokens. Each change is in the journal before it is
 * in force.
 */
import type { Approval } from '../approval/approval.ts';
import type { Config } from '../config/load.ts';
import { approvalEvent } from '../control/approval-event.ts';
import { Delegations } from '../control/delegations/delegations.ts';
import { Grants } from '../control/grants.ts';
import type { HeldKills } from '../control/held-kills.ts';
import { Kills } from '../control/kills.ts';
import { LiveAccess, type UnderWayPort } from '../control/live-access.ts';
import { LiveTokens } from '../control/live-tokens.ts';
import type { Notice } from '../control/notices/notice.ts';
import { noticeOfEvent } from '../control/notices/notices.ts';
import { PersonKeys } from '../control/person-keys/person-keys.ts';
import type { Kill } from '../control/row-body.ts';
import type { SessionSoFar } from '../control/session-so-far.ts';
import type { ConsoleSessions } from '../control/sign-in/console-sessions.ts';
import { SigningKeys } from '../control/signing-keys.ts';
import { Tokens } from '../control/tokens.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import { withIssuedTokens } from '../identity/issued-tokens.ts';
import { Refusal } from '../model/refusal.ts';
import type { InFlight, LivesBy } from '../pipeline/in-flight.ts';
import { delegableBy } from '../policy/delegable-by.ts';
import { rolesOf } from '../policy/role.ts';
import type { Event } from '../recording/event.ts';
import { unreachable } from '../std/unreachable.ts';
import type { Journal } from '../storage/journal.ts';
import type { Store } from '../store/store.ts';
import type { KeptOfMasks } from './kept-of-masks.ts';
import { maskingEdits } from './masking-edits.ts';
import type { Told } from './observe.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import { questionParts } from './question-parts.ts';
import { registeredParts } from './registered-parts.ts';
import { sharesOf } from './workers/shares-of.ts';
import type { WorkerBus } from './workers/worker-bus.ts';

interface From {
  readonly config: Config;
  readonly told: Told;
  readonly journal: Journal;
  readonly policy: PolicyInForce;
  readonly inFlight: InFlight;
  readonly masks: Pick<KeptOfMasks, 'key'>;
  /** Tells people. */
  readonly tell: (notice: Notice) => void;
  /** A question as it is now. */
  readonly onAsked: (approval: Approval) => void;
  readonly consoleUrl: () => string;
  /** The way to other workers, where the gateway has any. */
  readonly bus?: WorkerBus | undefined;
  readonly sessionSoFar: SessionSoFar;
}

/** Grants, kills and tokens of a store. */
export function accessParts(
  store: Store,
  held: HeldKills,
  { config, told, journal, policy, inFlight, masks, tell, onAsked, consoleUrl, sessionSoFar, bus }: From,
  sessions: ConsoleSessions,
) {
  const [onFailure, record] = [failuresTo(told), recording(journal, tell)];
  let access: LiveAccess;
  let grants: Grants;
  const { kept, planned, asking, answers, approvals, onQuestion } = questionParts(store, {
    limits: config.limits,
    clock: told.clock,
    log: told.log,
    record,
    tell,
    onAsked,
    consoleUrl,
    maskEdits: maskingEdits(config, policy, masks),
    sessionSoFar,
    heldElsewhere: sharesOf('held', config.worker, bus),
    isStopped: (who) => access.kills.stops(who),
    onGrant: (given) => access.take(given),
    recordGrant: (grant, by, reason) => grants.record(grant, by, reason),
    onFailure,
  });
  grants = new Grants({
    store,
    rules: policy.rules,
    record,
    access: () => access,
    recordQuestion: (approval) => record(approvalEvent(approval, undefined, store.now())),
    onQuestion,
  });
  const personKeys = new PersonKeys({ store, record, consoleUrl });
  let live: LiveTokens;
  const keys = new SigningKeys(store);
  const delegations = delegationsOf(store, { config, policy, record }, () => access);
  const tokens = new Tokens({ store, keys, grants, record, live: () => live });
  const kills = new Kills({
    store,
    held,
    onFailure,
    record,
    access: () => access,
    endTokensOf: async (subject, by) => {
      await tokens.endOf(subject, 'kill', by);
      await sessions.endOf(subject);
      await delegations.endOf(subject, by);
      await grants.endGivenBy(subject, by);
    },
  });
  access = new LiveAccess({
    store,
    rules: policy.rules,
    underWay: underWayOf(inFlight),
    isHeldKill: (id) => held.has(id),
    lookAtRules: bus === undefined ? undefined : policy.look,
    writeEnd: (id, by, seenUsedAt) => grants.endDue(id, by, seenUsedAt),
    onFailure,
  });
  live = new LiveTokens({
    store,
    endStreams: (token, reason) =>
      inFlight.endAccess((lives) => lives.token === token, new Refusal('TOKEN_EXPIRED', reason)),
    writeEnd: async (id, by) => void (await tokens.end(id, by, '')),
    onFailure,
  });
  const withOwnTokens = takingOwn(keys, live, told.clock);
  const questions = { questions: kept, plannedQuestions: planned, answers, approvals, personKeys, delegations };
  const made = { grants, kills, tokens, access, live, withOwnTokens, ...questions };
  const stopAsking = () => asking.stop();
  return { ...made, stopAsking, ...registeredParts(store, { config, inFlight, record, onFailure }) };
}

/** Answering that is handed on, by the rules and roles in force. */
function delegationsOf(
  store: Store,
  { config, policy, record }: Pick<From, 'config' | 'policy'> & { readonly record: (event: Event) => Promise<void> },
  access: () => LiveAccess,
): Delegations {
  return new Delegations({
    store,
    record,
    isStopped: (who) => access().kills.stops(who),
    rolesOf: (giver) => rolesOf(policy.roles(), giver),
    delegable: (giver) => delegableBy(policy.rules(), policy.roles(), giver),
    personIssuers: new Set(config.issuers.filter(({ kind }) => kind === 'person').map(({ name }) => name)),
  });
}

function failuresTo({ log }: Told) {
  return (what: string, error: unknown) => log.error({ error: String(error) }, what);
}

/** Authenticators that take the gateway's own tokens too. */
function takingOwn(keys: SigningKeys, live: LiveTokens, clock: From['told']['clock']) {
  return (others: Authenticator) =>
    withIssuedTokens(
      others,
      { keyOf: (kid) => keys.toVerify(kid), callerOf: (id) => live.callerOf(id), lookUp: (id) => live.lookUp(id) },
      clock,
    );
}

/** Events are in the journal, on the disk, before people are told of them. */
function recording(journal: Journal, tell: From['tell']) {
  return async (event: Event): Promise<void> => {
    await journal.append(event).synced();
    const notice = noticeOfEvent(event);
    if (notice !== undefined) tell(notice);
  };
}

function underWayOf(inFlight: InFlight): UnderWayPort {
  return {
    endGrant: (grant, reason) =>
      inFlight.endAccess((lives) => lives.isStream && lives.grant === grant, new Refusal('GRANT_ENDED', reason)),
    endKilled: (kill, reason) => inFlight.endAccess((lives) => isKilled(kill, lives), new Refusal('KILLED', reason)),
    isStreaming: (grant) => inFlight.has((lives) => lives.isStream && lives.grant === grant),
  };
}

/** A caller is stopped by its own name, by that of the person behind it, whose every identity is stopped then, and by that of who acts for it. */
function isKilled({ what, value }: Kill, { identities, session, target }: LivesBy): boolean {
  switch (what) {
    case 'all':
      return true;
    case 'caller':
      return identities.includes(value);
    case 'session':
      return session === value;
    case 'target':
      return target === value;
    default:
      return unreachable(what);
  }
}
