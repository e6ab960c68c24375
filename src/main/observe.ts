import { type Finding, formatFinding } from '../config/finding.ts';
import type { Config } from '../config/load.ts';
import type { MaskRules } from '../masking/rules/mask-rules.ts';
import { maskedText } from '../masking/text/masked-text.ts';
import type { CallerRates } from '../pipeline/caller-rates.ts';
import type { Observer } from '../pipeline/record-ports.ts';
import type { Clock } from '../std/clock.ts';
import { durationMs } from '../std/duration.ts';
import type { Journal } from '../storage/journal.ts';
import { openJournal } from '../storage/open-journal.ts';
import { openPieces, type Pieces } from '../storage/pieces/open-pieces.ts';
import { gatewayName } from './gateway-name.ts';
import { LOG_LIMITS, type LogLimit } from './log-limit.ts';
import type { Log } from './masked-log.ts';
import type { Metrics } from './metrics.ts';
import type { LoadedPolicy } from './policy-in-force.ts';
import type { TargetTroubles } from './target-troubles.ts';
import type { ReaderTold } from './told-reader.ts';

/** What the parts of a gateway tell: each event goes to the log, the metrics and, where it belongs there, the journal. */
export interface Told {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** Limit: mistakes of a refused policy that are recorded; the log has all of them. */
const FINDINGS_MAX = 100;

/** The journal of the configuration, whose health is told; `onBroken` is called each time that it cannot be written any more. @throws {JournalError} */
export function openToldJournal(
  config: Config,
  { log, metrics, clock }: Told,
  { onBroken, onClosed }: { onBroken: (reason: string) => void; onClosed: (below: number) => void },
): Promise<Journal> {
  const { segmentBytesMax, sealEvery, freeBytesMin, freeBytesWarn } = config.journal;
  return openJournal({
    folder: config.journal.folder as string,
    gateway: gatewayName(config),
    clock,
    limits: { segmentBytesMax, segmentAgeMaxMs: durationMs(sealEvery), freeBytesMin, freeBytesWarn },
    onClosed,
    onHealth({ state, reason, segment, room, freeBytes }) {
      metrics.journalBroken(state === 'broken' || room === 'none');
      if (state === 'broken') {
        onBroken(reason);
        log.error({ reason }, 'the journal cannot be written: nothing is forwarded until it can');
      } else if (room === 'none')
        log.error({ freeBytes, freeBytesMin }, 'the journal’s disk is full: nothing is forwarded');
      else if (room === 'low') log.warn({ freeBytes, freeBytesMin }, 'the journal’s disk is nearly full');
      else log.info({ segment, state }, 'journal');
    },
  });
}

/** Where what passes is kept, beside the journal's segments; what fails is told. */
export function openToldPieces(config: Config, journal: Journal, { log, clock }: Told): Pieces {
  return openPieces({
    folder: config.journal.folder as string,
    clock,
    hasRoom: () => journal.health().room !== 'none',
    onFailure: (why) => log.error({ why }, 'what passes cannot be kept: nothing that is to be kept is forwarded'),
  });
}

/** Of refusals before a caller is known, those that are about who calls: its token, too many of them, an issuer that cannot be asked. */
const ABOUT_CALLERS: ReadonlySet<number> = new Set([401, 429, 503]);

/**
 * Observes exchanges. What is logged of single requests is bounded by `lines`, and without the values that detectors know, or any mask of policy does by their look; the metrics count
 * them all.
 */
export function observerOf(
  { log, metrics, clock }: Told,
  lines: LogLimit,
  troubles: TargetTroubles,
  masks: () => MaskRules,
): Observer {
  const masked = (text: string) => maskedText(text, masks().everyDetection());
  return {
    begun: metrics.begun,
    ended(summary) {
      metrics.ended(summary);
      if (summary.outcome === 'answered') troubles.answered(summary.target);
    },
    throttled: metrics.throttled,
    unauthenticated(code, refusal, raw) {
      metrics.unauthenticated(code, refusal, raw);
      if (!lines.takesLine(raw.peer, code, clock.monotonic())) return;
      log.warn(
        {
          exchange: raw.id,
          peer: raw.peer,
          code,
          message: masked(refusal.message),
          detail: masked(refusal.detail),
        },
        ABOUT_CALLERS.has(refusal.status) ? 'not authenticated' : 'refused before its caller was known',
      );
    },
    failed(target, refusal, raw) {
      troubles.failed(target, refusal);
      if (!lines.takesLine(raw.peer, refusal.code, clock.monotonic())) return;
      const detail = masked(refusal.detail);
      log.error({ exchange: raw.id, target, code: refusal.code, detail }, masked(refusal.message));
    },
  };
}

/** Tells of a target's reader: what it may not, or cannot, look up. */
export function readerTeller(target: string, troubles: TargetTroubles, { log }: Told): ReaderTold {
  return {
    failed(what, isAnswered) {
      if (troubles.readerFailed(target, what, isAnswered)) log.error({ target }, what);
    },
    answered: () => troubles.readerAnswered(target),
  };
}

/**
 * Tells every `countsEveryMs`, and a last time when it is stopped, what was only counted: callers that asked too fast, to the journal and the log, and
 * lines that the log left out.
 */
export function tellCounts(
  journal: Journal,
  rates: CallerRates,
  lines: LogLimit,
  { log, clock }: Told,
): { stop(): void } {
  const tell = () => {
    rates.tell(({ caller, since, requests }) => {
      const { subject, issuer, groups, kind, labels } = caller;
      const recorded = { subject, issuer, groups, kind, labels };
      journal.append({ type: 'caller.throttled', at: clock.now(), caller: recorded, since, requests });
      log.warn({ subject, issuer, since, requests }, 'a caller asked faster than it may');
    });
    const leftOut = lines.takeLeftOut();
    if (leftOut !== undefined) log.warn({ leftOut }, 'refused requests that have no line of their own');
  };
  const timer = setInterval(tell, LOG_LIMITS.countsEveryMs).unref();
  return {
    stop() {
      clearInterval(timer);
      tell();
    },
  };
}

/** Tells what becomes of the policy files. */
export function policyTeller(journal: Journal, { log, metrics, clock }: Told) {
  const record = (append: () => unknown) => {
    try {
      append();
    } catch (error) {
      log.error({ error: String(error) }, 'an event could not be recorded');
    }
  };
  return {
    onLoaded({ files, rules, digest }: LoadedPolicy) {
      metrics.policyLoaded(rules, clock.now());
      record(() => journal.append({ type: 'policy.loaded', at: clock.now(), files, rules, digest }));
      log.info({ rules, digest }, 'policy loaded');
      if (rules === 0) log.warn({ files }, 'no rule is in force: everything is denied');
    },
    onRefused(findings: readonly Finding[]) {
      metrics.policyRefused();
      const lines = findings.map(formatFinding);
      record(() => journal.append({ type: 'policy.refused', at: clock.now(), findings: lines.slice(0, FINDINGS_MAX) }));
      log.error({ findings: lines }, 'the changed policy is refused as a whole; the one before stays in force');
    },
  };
}
