import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DeliveryHealth } from '../delivery/delivery-health.ts';
import type { Observer } from '../pipeline/record-ports.ts';

/** What the gateway counts. Names and meaning: docs/reference/metrics.md. */
export interface Metrics extends Omit<Observer, 'failed'> {
  readonly registry: Registry;
  policyLoaded(rules: number, nowMs: number): void;
  policyRefused(): void;
  certificateLoaded(): void;
  certificateRefused(): void;
  journalBroken(isBroken: boolean): void;
  /** Asks for the free bytes of the journal's disk whenever the metrics are read. */
  journalFree(bytes: () => number | undefined): void;
  unsafeOptions(count: number): void;
  /** Asks how it goes with the journal's receivers whenever the metrics are read. */
  deliveries(health: () => ReadonlyMap<string, DeliveryHealth>): void;
  maskEvent(kind: 'guessed' | 'returned'): void;
  /** Asks how many requests wait for a person whenever the metrics are read. */
  requestsHeld(count: () => number): void;
}

/** A registry of its own, so that two gateways in one process do not share counts; of a worker, each sample bears its number. */
export function createMetrics(worker?: number): Metrics {
  const registry = new Registry();
  if (worker !== undefined) registry.setDefaultLabels({ worker: String(worker) });
  collectDefaultMetrics({ register: registry });
  const { exchanges, open, duration, unauthenticated, throttled, unevaluated, masks, edited, shadowed } =
    exchangeMetrics([registry]);
  const { rules, loadedAt, refused, stale, certificates, certificateStale, broken, free, unsafe, held } = stateMetrics([
    registry,
  ]);
  const deliveries = deliveryMetrics([registry]);
  return {
    registry,
    begun: (target) => open.inc({ target }),
    ended({ target, outcome, code, durationMs, isStream, notes, edits, shadow }) {
      if (shadow !== undefined) shadowed.inc({ target, effect: shadow.effect });
      for (const { kind } of notes) unevaluated.inc({ target, kind });
      for (const kind of ['masked', 'neutralised'] as const)
        if (edits[kind] > 0) edited.inc({ target, kind }, edits[kind]);
      exchanges.inc({ target, outcome, code });
      open.dec({ target });
      if (!isStream) duration.observe({ target }, durationMs / 1000);
    },
    unauthenticated: (code) => unauthenticated.inc({ code }),
    throttled: (target) => throttled.inc({ target }),
    policyLoaded(count, nowMs) {
      rules.set(count);
      loadedAt.set(nowMs / 1000);
      stale.set(0);
    },
    policyRefused() {
      refused.inc();
      stale.set(1);
    },
    certificateLoaded: () => certificateStale.set(0),
    certificateRefused() {
      certificates.inc();
      certificateStale.set(1);
    },
    journalBroken: (isBroken) => broken.set(isBroken ? 1 : 0),
    journalFree(bytes) {
      free.of = bytes;
    },
    maskEvent: (kind) => masks.inc({ kind }),
    unsafeOptions: (count) => unsafe.set(count),
    deliveries(health) {
      deliveries.of = health;
    },
    requestsHeld(count) {
      held.of = count;
    },
  };
}

/** What becomes of exchanges. */
function exchangeMetrics(registers: Registry[]) {
  const exchanges = new Counter({
    registers,
    name: 'sallyport_exchanges_total',
    help: 'Exchanges that ended.',
    labelNames: ['target', 'outcome', 'code'],
  });
  const open = new Gauge({
    registers,
    name: 'sallyport_exchanges_open',
    help: 'Exchanges that have begun and not ended.',
    labelNames: ['target'],
  });
  const shadowed = new Counter({
    registers,
    name: 'sallyport_shadow_decisions_total',
    help: 'Exchanges that the whole policy would have answered otherwise, by what it would have answered: rules with `mode: observe`, and targets under `unsafe.observe`.',
    labelNames: ['target', 'effect'],
  });
  const duration = new Histogram({
    registers,
    name: 'sallyport_exchange_duration_seconds',
    help: 'From the request to the end of its reply; streams not counted.',
    labelNames: ['target'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
  });
  const unauthenticated = new Counter({
    registers,
    name: 'sallyport_unauthenticated_total',
    help: 'Requests whose caller is not known.',
    labelNames: ['code'],
  });
  const throttled = new Counter({
    registers,
    name: 'sallyport_throttled_total',
    help: 'Requests of callers that asked faster than they may; the journal has a count of each caller’s.',
    labelNames: ['target'],
  });
  const unevaluated = new Counter({
    registers,
    name: 'sallyport_rules_unevaluated_total',
    help: 'Rules that could not be evaluated whole: `condition` its CEL broke off, `fact` what it needs could not be looked up.',
    labelNames: ['target', 'kind'],
  });
  const masks = new Counter({
    registers,
    name: 'sallyport_mask_events_total',
    help: 'What was done with masks: `guessed` a caller tried values of what is masked for it, until it was refused, `returned` a mask that is remembered came back from elsewhere.',
    labelNames: ['kind'],
  });
  const edited = new Counter({
    registers,
    name: 'sallyport_replies_edited_total',
    help: 'Edits made in what passed: `masked` values, `neutralised` sequences and characters that do harm to a terminal or a model, shown instead of done.',
    labelNames: ['target', 'kind'],
  });
  return { exchanges, open, duration, unauthenticated, throttled, unevaluated, masks, edited, shadowed };
}

/** How the gateway itself is. */
function stateMetrics(registers: Registry[]) {
  const rules = new Gauge({ registers, name: 'sallyport_policy_rules', help: 'Rules in force.' });
  const loadedAt = new Gauge({
    registers,
    name: 'sallyport_policy_loaded_timestamp_seconds',
    help: 'When the policy in force was loaded.',
  });
  const refused = new Counter({
    registers,
    name: 'sallyport_policy_refused_total',
    help: 'Changed policies that were refused as a whole.',
  });
  const stale = new Gauge({
    registers,
    name: 'sallyport_policy_stale',
    help: '1 while the policy files as they are now are refused, and an older set is in force.',
  });
  const certificates = new Counter({
    registers,
    name: 'sallyport_certificate_refused_total',
    help: 'Changed certificates that were refused.',
  });
  const certificateStale = new Gauge({
    registers,
    name: 'sallyport_certificate_stale',
    help: '1 while the certificate’s files as they are now are refused, and an older one is in force.',
  });
  const broken = new Gauge({
    registers,
    name: 'sallyport_journal_broken',
    help: '1 while nothing can be recorded, or its disk is as good as full, and so nothing is forwarded.',
  });
  const free: { of: () => number | undefined } = { of: () => undefined };
  new Gauge({
    registers,
    name: 'sallyport_journal_free_bytes',
    help: 'Free space of the journal’s disk, `NaN` where it is not looked for; below `journal.freeBytesMin` nothing is forwarded.',
    collect() {
      this.set(free.of() ?? Number.NaN);
    },
  });
  const unsafe = new Gauge({
    registers,
    name: 'sallyport_unsafe_options',
    help: 'Guards, masks and targets that an operator opened under `unsafe`.',
  });
  const held = { of: () => 0 };
  new Gauge({
    registers,
    name: 'sallyport_requests_held',
    help: 'Requests that wait here for a person; no more than `limits.heldMax` do.',
    collect() {
      this.set(held.of());
    },
  });
  return { rules, loadedAt, refused, stale, certificates, certificateStale, broken, free, unsafe, held };
}

/** How it goes with those who are told what the journal gets. */
function deliveryMetrics(registers: Registry[]) {
  const health: { of: () => ReadonlyMap<string, DeliveryHealth> } = { of: () => new Map() };
  const labelNames = ['receiver'];
  new Gauge({
    registers,
    labelNames,
    name: 'sallyport_delivery_lag_seconds',
    help: 'How long ago what a receiver of the journal is to be told next was recorded; 0 where nothing waits.',
    collect() {
      for (const [receiver, { waitingSince }] of health.of())
        this.set({ receiver }, waitingSince === undefined ? 0 : Math.max(0, (Date.now() - waitingSince) / 1_000));
    },
  });
  const counts = [
    ['delivered', 'sallyport_delivered_records_total', 'Records that a receiver of the journal has taken.'],
    ['failures', 'sallyport_delivery_failures_total', 'Tries to tell a receiver of the journal that failed.'],
    [
      'missed',
      'sallyport_delivery_missed_events_total',
      'Events that were let go before a receiver had been told of them.',
    ],
    [
      'rejected',
      'sallyport_delivery_rejected_records_total',
      'Records that a receiver has and said that it threw away.',
    ],
  ] as const;
  for (const [key, name, help] of counts)
    new Counter({
      registers,
      labelNames,
      name,
      help,
      collect() {
        this.reset();
        for (const [receiver, each] of health.of()) this.inc({ receiver }, each[key]);
      },
    });
  return health;
}
