import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { type Finding, formatFinding } from '../config/finding.ts';
import type { Config } from '../config/load.ts';
import type { Observer } from '../pipeline/record.ts';
import type { Clock } from '../std/clock.ts';
import type { Journal } from '../storage/journal.ts';
import { openJournal } from '../storage/open-journal.ts';
import type { Metrics } from './metrics.ts';
import type { LoadedPolicy } from './policy-in-force.ts';

/** What the parts of a gateway tell: each event goes to the log, the metrics and, where it belongs there, the journal. */
export interface Told {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** Limit: mistakes of a refused policy that are recorded; the log has all of them. */
const FINDINGS_MAX = 100;

/** The journal of the configuration, whose health is told; `onBroken` is called each time that it cannot be written any more. @throws {JournalError} */
export function openToldJournal(
  config: Config,
  { log, metrics, clock }: Told,
  onBroken: (reason: string) => void,
): Promise<Journal> {
  return openJournal({
    folder: config.journal.folder as string,
    gateway: hostname(),
    clock,
    limits: { segmentBytesMax: config.journal.segmentBytesMax },
    onHealth({ state, reason, segment }) {
      metrics.journalBroken(state === 'broken');
      if (state === 'broken') {
        onBroken(reason);
        log.error({ reason }, 'the journal cannot be written: nothing is forwarded until it can');
      } else log.info({ segment, state }, 'journal');
    },
  });
}

/** Observes exchanges. Limit: none needed on the log's lines but the peers' own speed; each refused caller is one short line. */
export function observerOf({ log, metrics }: Told): Observer {
  return {
    begun: metrics.begun,
    ended: metrics.ended,
    unauthenticated(code, refusal, raw) {
      metrics.unauthenticated(code, refusal, raw);
      log.warn(
        { exchange: raw.id, peer: raw.peer, code, message: refusal.message, detail: refusal.detail },
        'not authenticated',
      );
    },
    failed(refusal, raw) {
      log.error({ exchange: raw.id, code: refusal.code, detail: refusal.detail }, refusal.message);
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
    },
    onRefused(findings: readonly Finding[]) {
      metrics.policyRefused();
      const lines = findings.map(formatFinding);
      record(() => journal.append({ type: 'policy.refused', at: clock.now(), findings: lines.slice(0, FINDINGS_MAX) }));
      log.error({ findings: lines }, 'the changed policy is refused as a whole; the one before stays in force');
    },
  };
}
