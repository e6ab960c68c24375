/*
 * The recording of one exchange: its intent before anything is forwarded, its end exactly once, whatever became of it.
 *
 * A read waits until the operating system has its intent; what changes, streams or reads secrets waits until the disk has it. What cannot be
 * recorded is refused, and what is under way when the journal breaks is broken off. Who is not known is not recorded here but counted and logged,
 * since anybody can make such requests without end; what a caller asks too fast is counted, and recorded as a count.
 */
import type { Caller } from '../model/caller.ts';
import type { Decision } from '../model/decision.ts';
import { identitiesOf } from '../model/identities-of.ts';
import type { Observed } from '../model/observed.ts';
import type { Operation } from '../model/operation.ts';
import type { Refusal } from '../model/refusal.ts';
import type { MaskedReply } from '../model/reply.ts';
import type { RawRequest } from '../model/request.ts';
import type { Unrepeatable } from '../model/unrepeatable.ts';
import { FACT_KINDS, type Facts } from '../policy/facts.ts';
import type { Event, Outcome, OutputEdits, RecordedOperation } from '../recording/event.ts';
import type { Keeping } from '../recording/keeping.ts';
import type { Clock } from '../std/clock.ts';
import type { SessionId } from '../std/ids.ts';
import type { ThreadTime } from '../std/thread-time.ts';
import type { Access } from './access.ts';
import type { Approvals } from './approvals.ts';
import type { CallerRates } from './caller-rates.ts';
import { ChargedWork } from './charged-work.ts';
import { type Followed, follow, GOODBYE_MS, type ReplyEnd } from './follow.ts';
import type { InFlight, LivesBy, Place, UnderWay } from './in-flight.ts';
import { isKeptFirst } from './is-kept-first.ts';
import type { Judged } from './judge.ts';
import { keptDetection, type Masking } from './masking.ts';
import type { JournalPort, KeeperPort, Observer } from './record-ports.ts';
import { recordedDecision } from './recorded-decision.ts';
import { recordedOperation } from './recorded-operation.ts';
import type { KeptHeadHere, Recorder, Recording, Typed } from './recording.ts';
import { refusedOutcome } from './refused-outcome.ts';
import { stopping } from './stopping.ts';
import { ToldUnderWay } from './told-under-way.ts';
import type { Turns } from './turns.ts';
import type { UnknownOutcomes } from './unknown-outcomes.ts';
import { unrecorded, withheld } from './unrecorded.ts';
import { withoutRetryAfter } from './without-retry-after.ts';

interface Parts {
  readonly target: string;
  readonly journal: JournalPort;
  readonly observer: Observer;
  readonly clock: Clock;
  readonly rates: Pick<CallerRates, 'take' | 'takeBytes' | 'worked'>;
  readonly turns: Turns;
  readonly threadTime: ThreadTime;
  readonly inFlight: InFlight;
  /** The digest of a body, keyed. */
  readonly digestOf: (bytes: Uint8Array) => string;
  /** The same of bytes as they come. */
  readonly digesting: () => Typed;
  readonly keeper: KeeperPort;
  readonly masking: Pick<Masking, 'rules'>;
  readonly unknown: Pick<UnknownOutcomes, 'refuse' | 'remember'>;
  readonly sessionOf: (caller: Caller, target: string) => SessionId;
  readonly access: Pick<Access, 'refuseKilled' | 'refused'>;
  readonly approvals: Pick<Approvals, 'conclude'>;
}

/** A recorder that writes to a journal. */
export function createRecorder(parts: Parts): Recorder {
  return { open: (raw) => new JournalRecording(parts, raw) };
}

class JournalRecording implements Recording, UnderWay {
  readonly #parts: Parts;
  readonly #raw: RawRequest;
  readonly #startedAt: number;
  #work: ChargedWork | undefined;
  #caller: Caller | undefined;
  #session: SessionId | undefined;
  #operation: Operation | undefined;
  #unrepeatable: Unrepeatable | undefined;
  /** Upstream answered, and not whether it ran. */
  #isOpen = false;
  #begun: ReturnType<JournalPort['append']> | undefined;
  #decision: Decision | undefined;
  #shadow: Observed | undefined;
  readonly #facts: string[] = [];
  readonly #told: ToldUnderWay[] = [];
  #edits: (() => OutputEdits) | undefined;
  #place: Place | undefined;
  #isPermitted = false;
  #isEnded = false;
  /** What ended the stream, where the gateway did. */
  #limit: string | undefined;
  #followed: Followed | undefined;
  /** Ends a read without an end while it waits for its reply. */
  #unanswered: AbortController | undefined;
  /** Ends the wait for persons. */
  #waiting: AbortController | undefined;
  /** The question whose yes it has taken. */
  #approval: string | undefined;
  #isConcluded = false;
  #broken: Error | undefined;
  /** Why what it lives by has ended. */
  #accessEnded: Refusal | undefined;
  /** Why the gateway cut it, where it did not wait for its end. */
  #cut: string | undefined;

  constructor(parts: Parts, raw: RawRequest) {
    this.#parts = parts;
    this.#raw = raw;
    this.#startedAt = parts.clock.monotonic();
  }

  of(caller: Caller): Caller | Promise<Caller> {
    const counted = this.#parts.rates.take(caller);
    return counted === undefined ? this.#enter(caller) : counted.then(() => this.#enter(caller));
  }

  #enter(caller: Caller): Caller {
    this.#caller = caller;
    this.#session = this.#parts.sessionOf(caller, this.#parts.target);
    // Limit: before the body is read, so that no caller makes the gateway hold more bodies than requests that it may have under way.
    this.#place = this.#parts.inFlight.enter(caller, this);
    this.#parts.access.refuseKilled(caller, this.#parts.target, this.#session);
    return caller;
  }

  readonly session = (): SessionId => this.#session as SessionId;

  // Invariant: a body is not read before its caller is known.
  readonly took = (bytes: number) => this.#parts.rates.takeBytes(this.#caller as Caller, bytes);
  readonly whole = (bytes: number) => this.#parts.turns.ofBody(this.#caller as Caller, bytes);

  timed<Result>(work: () => Result): Result {
    return this.#charged().timed(work);
  }

  #charged(): ChargedWork {
    this.#work ??= new ChargedWork(this.#parts.threadTime, (ms) => {
      this.#parts.rates.worked(this.#caller as Caller, ms);
      this.#parts.turns.worked(this.#caller as Caller);
    });
    return this.#work;
  }

  readonly conditionsTurn = () => this.#parts.turns.ofConditions(this.#caller as Caller);
  readonly masksTurn = () => this.#charged().turn(() => this.#parts.turns.ofMasks(this.#caller as Caller));

  begin(operation: Operation): void {
    if (operation.isStream) this.#place?.stream();
    this.#operation = operation;
    this.#appendBegun(this.#recorded(operation));
  }

  once(unrepeatable: Unrepeatable | undefined): void {
    if (unrepeatable === undefined) return;
    this.#parts.unknown.refuse(this.#caller as Caller, unrepeatable);
    this.#unrepeatable = unrepeatable;
  }

  probed(facts: Facts): void {
    for (const kind of FACT_KINDS) {
      const fact = facts[kind];
      if (fact !== undefined) this.#facts.push(fact === 'unknown' ? `${kind}: unknown` : kind);
    }
  }

  edits(counts: () => OutputEdits): void {
    this.#edits = counts;
  }

  lookedUp(what: string): void {
    this.#facts.push(what);
  }

  decided({ decision, operation, shadow }: Judged): void {
    this.#decision = decision;
    this.#shadow = shadow;
    const approval = decision.effect === 'allow' ? decision.approval : undefined;
    // The one before was for another life of the object: upstream refused it whole.
    if (approval !== this.#approval && approval !== undefined) {
      this.#conclude('unsent');
      [this.#approval, this.#isConcluded] = [approval, false];
    }
    this.#operation = operation;
  }

  async permitted(judged: Judged): Promise<void> {
    this.refuseEnded();
    try {
      if (isKeptFirst(judged)) {
        await this.#parts.journal.append(this.#permittedEvent(judged)).synced();
      } else {
        await this.#begun?.written();
      }
    } catch (cause) {
      throw unrecorded(cause);
    }
    // Security: an intent that was written and then lost is none (T62).
    if (this.#broken !== undefined) throw unrecorded(this.#broken);
    this.refuseEnded();
    this.#isPermitted = true;
  }

  /** Security: T60. What was stopped, or has ended otherwise, before the request is sent: nothing of it is. */
  refuseEnded(): void {
    if (this.#accessEnded !== undefined) throw this.#accessEnded;
  }

  #permittedEvent({ decision, operation, amended, precondition }: Judged): Event {
    return {
      type: 'exchange.permitted',
      at: this.#parts.clock.now(),
      exchange: this.#raw.id,
      rule: decision.rule,
      ...('grant' in decision && decision.grant !== undefined ? { grant: decision.grant } : {}),
      ...('unmask' in decision && decision.unmask !== undefined ? { unmask: decision.unmask } : {}),
      ...('approval' in decision && decision.approval !== undefined ? { approval: decision.approval } : {}),
      ...(amended === undefined ? {} : { amended: { rules: amended.rule, operation: this.#recorded(operation) } }),
      ...(precondition === undefined ? {} : { precondition }),
    };
  }

  endedWith(caller: AbortSignal): AbortSignal {
    this.refuseEnded();
    const { isStream, isChange } = this.#operation as Operation;
    if (!isStream || isChange) return caller;
    if (this.#parts.inFlight.isUnansweredEnded) throw stopping();
    const own = new AbortController();
    caller.addEventListener('abort', () => own.abort(caller.reason), { once: true });
    if (caller.aborted) own.abort(caller.reason);
    this.#unanswered = own;
    return own.signal;
  }

  waiting(caller: AbortSignal): AbortSignal {
    const own = new AbortController();
    this.#waiting = own;
    if (this.#accessEnded !== undefined) own.abort(this.#accessEnded);
    if (this.#broken !== undefined) own.abort(unrecorded(this.#broken));
    caller.addEventListener('abort', () => own.abort(caller.reason), { once: true });
    if (caller.aborted) own.abort(caller.reason);
    return own.signal;
  }

  replied(reply: MaskedReply): MaskedReply {
    this.#unanswered = undefined;
    this.#concludeReply(reply);
    this.#isOpen = this.#unrepeatable?.isOpen(reply) ?? false;
    const followed = follow(this.#isOpen ? withoutRetryAfter(reply) : reply, (end) => this.#repliedWhole(end));
    if (this.#broken !== undefined) {
      followed.breakOff(this.#broken);
      throw withheld(this.#broken);
    }
    this.#followed = followed;
    const { streamsEnd } = this.#parts.inFlight;
    if (streamsEnd !== undefined) this.endStream(streamsEnd);
    // T60: what ended while the reply was waited for.
    if (this.#accessEnded !== undefined) this.endAccess(this.#accessEnded);
    return followed.reply;
  }

  keep(head: KeptHeadHere, onRoom: () => void): Keeping {
    const at = this.#parts.clock.now();
    const told = new ToldUnderWay({ onRoom, onFailed: (error) => this.breakOff(error) });
    this.#told.push(told);
    return this.#parts.keeper.open(this.#raw.id, head.form === 'body' ? head : { ...head, at }, told);
  }

  ready(): void {
    this.#parts.keeper.ready();
  }

  typed(): Typed {
    return this.#parts.digesting();
  }

  limited(reason: string): void {
    this.#limit = reason;
  }

  // What ends it from outside.

  breakOff(reason: Error): void {
    this.#broken = reason;
    this.#waiting?.abort(unrecorded(reason));
    this.#followed?.breakOff(reason, { why: 'fault', message: 'what passes can no longer be recorded' });
  }

  endStream(reason: string): void {
    if (this.#followed?.reply.kind !== 'stream') return;
    this.#limit = reason;
    this.#followed.reply.end({ why: 'stop', message: reason });
  }

  endUnanswered(): void {
    this.#unanswered?.abort(stopping());
  }

  get livesBy(): LivesBy {
    const decision = this.#decision;
    return {
      exchange: this.#raw.id,
      subject: this.#caller?.subject ?? '',
      identities: this.#caller === undefined ? [] : identitiesOf(this.#caller),
      target: this.#parts.target,
      session: this.#session ?? '',
      token: this.#caller?.issued?.id,
      grant: decision?.effect === 'allow' ? decision.grant : undefined,
      isStream: this.#operation?.isStream ?? false,
    };
  }

  endAccess(refusal: Refusal): void {
    this.#accessEnded = refusal;
    this.#unanswered?.abort(refusal);
    this.#waiting?.abort(refusal);
    const followed = this.#followed;
    if (followed === undefined || followed.reply.kind === 'unary') {
      this.cut(refusal.message);
      return;
    }
    this.#limit = refusal.message;
    followed.reply.end({ why: 'access', message: refusal.message });
    // T60: whoever does not read the goodbye is cut all the same.
    setTimeout(() => followed.breakOff(new Error(refusal.message)), GOODBYE_MS).unref();
  }

  cut(reason: string): void {
    this.#cut = reason;
    this.#waiting?.abort(stopping());
    const followed = this.#followed;
    if (followed?.reply.kind === 'duplex') {
      this.#limit = reason;
      followed.reply.end({ why: 'stop', message: reason });
    } else followed?.breakOff(new Error(reason));
  }

  #repliedWhole({ outcome, bytesIn, bytesOut, fault }: ReplyEnd): void {
    if (fault !== undefined) this.#parts.observer.failed(this.#parts.target, fault, this.#raw);
    // An exec that is ended may be cut before its caller has read why; a stream that breaks while it is ended has not ended so.
    const isEnded =
      this.#limit !== undefined && (outcome.kind === 'answered' || this.#followed?.reply.kind === 'duplex');
    const ended: Outcome =
      isEnded && 'status' in outcome && outcome.status !== undefined
        ? { kind: 'answered', status: outcome.status, reason: this.#limit as string }
        : outcome;
    this.#end(ended, bytesIn + (this.#operation?.body?.bytes.length ?? 0), bytesOut);
  }

  refused(refusal: Refusal): Refusal {
    // Limit: recorded as a count; one by one, they would fill the disk as well as what was asked. What has begun has an end all the same.
    if (refusal.code === 'CALLER_THROTTLED' && this.#begun === undefined) {
      this.#parts.observer.throttled(this.#parts.target);
      this.#place?.leave();
      return refusal;
    }
    if (this.#caller === undefined) {
      if (refusal.code !== 'CALLER_GONE') this.#parts.observer.unauthenticated(refusal.code, refusal, this.#raw);
      return refusal;
    }
    if (refusal.code !== 'PLANNED')
      this.#parts.access.refused(this.#caller, { exchange: this.#raw.id, target: this.#parts.target, refusal });
    if (refusal.status >= 500 && refusal.code !== 'SHUTTING_DOWN')
      this.#parts.observer.failed(this.#parts.target, refusal, this.#raw);
    try {
      if (this.#begun === undefined) this.#appendBegun(undefined);
    } catch {
      this.#place?.leave();
      return refusal; // Limit: a journal that takes nothing cannot take this either; nothing was forwarded.
    }
    const outcome = refusedOutcome(refusal, this.#isPermitted, this.#cut, this.#detection());
    this.#end(outcome, this.#operation?.body?.bytes.length ?? 0, 0);
    return refusal;
  }

  #recorded(operation: Operation): RecordedOperation {
    return recordedOperation(operation, this.#parts.digestOf, this.#detection(operation));
  }

  #detection(operation = this.#operation) {
    return keptDetection(this.#parts.masking, { caller: this.#caller, operation });
  }

  #appendBegun(operation: RecordedOperation | undefined): void {
    const { subject, issuer, groups, kind, labels, issued, actors } = this.#caller as Caller;
    const event: Event = {
      type: 'exchange.begun',
      at: this.#parts.clock.now(),
      exchange: this.#raw.id,
      session: this.#session as SessionId,
      caller: {
        ...{ subject, issuer, groups, kind, labels },
        ...(issued === undefined ? {} : { token: issued.id }),
        ...(actors === undefined ? {} : { actors }),
      },
      target: this.#parts.target,
      peer: this.#raw.peer,
      method: this.#raw.method,
      ...(operation === undefined ? {} : { operation }),
      ...(this.#raw.isPlanned === true ? { planned: true } : {}),
    };
    try {
      this.#begun = this.#parts.journal.append(event);
    } catch (cause) {
      throw unrecorded(cause);
    }
    this.#parts.observer.begun(this.#parts.target);
  }

  /** And its caller does not know it: no answer came, or only a part of one that says yes. */
  #mayHaveRun(outcome: Outcome): boolean {
    const isWhole = outcome.kind === 'answered' || outcome.kind === 'refused';
    const reply = this.#followed?.reply;
    if (reply === undefined) return this.#isPermitted && !isWhole;
    return this.#isOpen || (!isWhole && reply.kind === 'unary' && reply.status < 400);
  }

  /** T75: what became of what persons said yes to. An upgrade that upstream refuses has not run, and its client tries another protocol. */
  #concludeReply(reply: MaskedReply): void {
    if (this.#approval === undefined) return;
    if (this.#raw.upgrade !== undefined && reply.kind !== 'duplex') this.#conclude('unsent');
    else this.#conclude(this.#unrepeatable?.isOpen(reply) === true ? 'unknown' : reply.status);
  }

  #conclude(outcome: number | 'unknown' | 'unsent'): void {
    if (this.#approval === undefined || this.#isConcluded) return;
    this.#isConcluded = true;
    this.#parts.approvals.conclude(this.#approval, this.#raw.id, outcome);
  }

  #end(outcome: Outcome, bytesIn: number, bytesOut: number): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#conclude(outcome.kind === 'refused' || !this.#isPermitted ? 'unsent' : 'unknown');
    this.#place?.leave();
    for (const told of this.#told) told.over();
    if (this.#unrepeatable !== undefined && this.#mayHaveRun(outcome))
      this.#parts.unknown.remember(this.#caller as Caller, this.#unrepeatable, this.#raw.id);
    const durationMs = Math.round((this.#parts.clock.monotonic() - this.#startedAt) * 1000) / 1000;
    const decision = this.#decision;
    const edits = this.#edits?.();
    const isEdited = edits !== undefined && edits.masked + edits.neutralised + (edits.shown ?? 0) > 0;
    const event: Event = {
      type: 'exchange.ended',
      at: this.#parts.clock.now(),
      exchange: this.#raw.id,
      session: this.#session as SessionId,
      outcome,
      ...(decision && { decision: recordedDecision(decision, this.#shadow, this.#facts, this.#detection()) }),
      traffic: { bytesIn, bytesOut, durationMs },
      ...(isEdited ? { output: recordedEdits(edits) } : {}),
    };
    try {
      this.#parts.journal.append(event);
    } catch {
      // The journal broke after the intent was kept: it closes the exchange as lost once it can.
    }
    const code = 'code' in outcome ? outcome.code : 'status' in outcome ? String(outcome.status) : '';
    this.#parts.observer.ended({
      target: this.#parts.target,
      outcome: outcome.kind,
      code,
      durationMs,
      isStream: this.#operation?.isStream ?? false,
      notes: decision?.notes ?? [],
      ...(this.#shadow === undefined ? {} : { shadow: this.#shadow }),
      edits: edits ?? { masked: 0, neutralised: 0 },
    });
  }
}

function recordedEdits({ masked, neutralised, shown = 0 }: OutputEdits): OutputEdits {
  return { masked, neutralised, ...(shown === 0 ? {} : { shown }) };
}
