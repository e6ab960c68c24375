/*
 * The gateway's parts, put together: what is read from the configuration becomes the ports that the data path is given, once for each target.
 * Nothing is decided here. What was opened is closed in the reverse order, also when a later part cannot be opened; what cannot be closed is told, and keeps nothing else open.
 */
import { join } from 'node:path';
import { formatFinding } from '../config/finding.ts';
import type { Config } from '../config/load.ts';
import { openGuards } from '../config/open-guards.ts';
import { noticeOfEvent } from '../control/notices/notices.ts';
import { type Authenticator, createAuthenticator, type IssuersAuthenticator } from '../identity/authenticator.ts';
import { type Listener, startListener } from '../listener/listener.ts';
import { type PrivatePort, type Readiness, startPrivatePort } from '../listener/private-port.ts';
import type { Routes } from '../listener/route.ts';
import type { Access } from '../pipeline/access.ts';
import type { Approvals } from '../pipeline/approvals.ts';
import type { Budgets } from '../pipeline/budgets.ts';
import { CallerRates } from '../pipeline/caller-rates.ts';
import { DeletedObjects } from '../pipeline/deleted-objects.ts';
import type { Gateway } from '../pipeline/gateway.ts';
import { HeldReleases } from '../pipeline/held-releases.ts';
import { InFlight } from '../pipeline/in-flight.ts';
import { CALLER_LIMITS } from '../pipeline/limits.ts';
import type { Masking } from '../pipeline/masking.ts';
import type { Novelty } from '../pipeline/novelty.ts';
import { serveOrPlan } from '../pipeline/plan/serve-or-plan.ts';
import { createRecorder } from '../pipeline/record.ts';
import type { Observer } from '../pipeline/record-ports.ts';
import { Turns } from '../pipeline/turns.ts';
import { Undo } from '../pipeline/undo/undo.ts';
import { type UnknownOutcome, UnknownOutcomes } from '../pipeline/unknown-outcomes.ts';
import { KeyedCount, keyedDigest } from '../recording/keyed-digest.ts';
import { inRanges } from '../std/address-ranges.ts';
import { systemClock } from '../std/clock.ts';
import { closeAll } from '../std/close-all.ts';
import { durationMs } from '../std/duration.ts';
import { threadTime } from '../std/thread-time.ts';
import type { Journal } from '../storage/journal.ts';
import { ownKey } from '../storage/own-key.ts';
import { Sessions } from '../storage/sessions.ts';
import { answersToUnread } from './answer-unread.ts';
import { type CertificateInForce, certificateInForce } from './certificate-in-force.ts';
import { ConfigError } from './config-error.ts';
import { gatewayParts } from './gateway-parts.ts';
import { hostOf } from './host-of.ts';
import { issuersOf } from './issuers.ts';
import { keeperOf } from './keeper-of.ts';
import { type KeptOfMasks, keptOfMasks } from './kept-of-masks.ts';
import { listenerLimits } from './listener-limits.ts';
import { LogLimit } from './log-limit.ts';
import { maskTeller } from './mask-teller.ts';
import { describedFault, type Log, maskedLog } from './masked-log.ts';
import { createMetrics } from './metrics.ts';
import { noProbe, noTarget, noWriteBack } from './no-target.ts';
import { observerOf, openToldJournal, openToldPieces, policyTeller, type Told, tellCounts } from './observe.ts';
import { type ObservedTargets, observedTargets } from './observed-targets.ts';
import { type Control, type LookAtOwn, openControl } from './open-control.ts';
import { openMasks } from './open-masks.ts';
import { openPreImages } from './open-pre-images.ts';
import { openToldRetention } from './open-retention.ts';
import { openSealing } from './open-sealing.ts';
import { openTargets } from './open-targets.ts';
import {
  beginReading,
  type LoadedPolicy,
  loadPolicyInForce,
  type PolicyInForce,
  type PolicyReading,
} from './policy-in-force.ts';
import { portTaken } from './port-taken.ts';
import { ServedTargets } from './served-targets.ts';
import { drain } from './stop.ts';
import type { Target } from './target.ts';
import { targetPlaces } from './target-places.ts';
import { TargetTroubles } from './target-troubles.ts';
import { openToldDelivery, type ToldDelivery } from './told-delivery.ts';
import { openToldTracing } from './tracing/told-tracing.ts';
import { version } from './version.ts';
import { sharesOf } from './workers/shares-of.ts';
import type { WorkerBus } from './workers/worker-bus.ts';

/** A gateway that serves. */
export interface RunningGateway {
  readonly url: string;
  readonly privateUrl: string;
  /** The control plane; undefined without one. */
  readonly consoleUrl: string | undefined;
  /** Ports of targets that have one of their own. */
  readonly targetPorts: ReadonlyMap<string, number>;
  /** Reads the policy files now instead of at the next look; resolves when what they are now is in force or refused. */
  lookAtPolicy(): Promise<void>;
  /** Takes nothing new, finishes what is in flight, and closes the journal; asked again, resolves when that is done. */
  stop(reason: string): Promise<void>;
  /** A stop waits for nothing more: what is in flight is cut, and recorded so. */
  hurry(): void;
}

/** What a worker of a gateway has beside its configuration. */
export interface AsWorker {
  /** The way to the others. */
  readonly bus?: WorkerBus;
  /** Where the console is, where another one serves it. */
  readonly consoleUrl?: string | undefined;
}

/**
 * A gateway as configured, or one worker of it, once all its ports are open. `reading`: the policy files, where reading them has begun before.
 *
 * @throws {ConfigError} the policy, a kubeconfig or a certificate is not usable
 * @throws {JournalError} the journal cannot be written
 */
export async function startGateway(
  config: Config,
  plainLog: Log,
  reading: PolicyReading = beginReading(config),
  asWorker: AsWorker = {},
): Promise<RunningGateway> {
  const { bus } = asWorker;
  const log = maskedLog(plainLog);
  const told: Told = { log, metrics: createMetrics(config.worker), clock: systemClock };
  const closers: (() => unknown)[] = [];
  const listeners: Listener[] = [];
  const close = () => closeAll(closers.splice(0).reverse());
  try {
    const inFlight = new InFlight(config.limits, sharesOf('in-flight', config.worker, bus));
    const { journal, pieces, keeping, delivery, sealing } = await openRecording(config, inFlight, closers, told);
    const policy = await openPolicy(config, reading, journal, told, bus);
    closers.push(policy.stop);
    log.follow(() => policy.masks().everyDetection());
    const [troubles, observed] = [new TargetTroubles(told.clock), observedTargets(config, told.clock)];
    const masks = keptOfMasks(config);
    const control = await openControl({ journal, sealing, config, told, policy, inFlight, masks, ...asWorker });
    closers.push(() => control.close());
    const telling = tellingJournal(journal, control);
    const retention = openToldRetention(config, policy, journal, { told, closers, tell: telling });
    const tracing = await openToldTracing(config, closers, told);
    const certificate = await openCertificate(config, () => [...listeners, control], told);
    closers.push(certificate.stop);
    const [rates, lines] = [new CallerRates({ ...CALLER_LIMITS, ...config.limits }, told.clock, bus), new LogLimit()];
    const counts = tellCounts(journal, rates, lines, told);
    closers.push(counts.stop);
    const unknown = unknownOutcomes(config, told, bus);
    const { access, approvals, budgets, novelty, releaseHeld, heard } = control;
    const observer = observerOf(told, lines, troubles, policy.masks);
    const parts = { inFlight, rates, ...keeping, unknown, access, approvals, budgets, novelty, observer, observed };
    const own = { turns: new Turns(() => told.clock.monotonic()), threadTime: threadTime() };
    const masking = maskingOf(config, policy, masks, telling, told);
    const kept = { journal: heard(journal), ...parts, ...own, masking };
    const callers = createAuthenticator(issuersOf(config), told.clock);
    const { served, serveTarget, undo } = dataPaths(config, policy, kept, control.withOwnTokens(callers), told);
    closers.push(() => served.closeAll());
    const targetPolicy = { rules: policy.rules, access, observed };
    openTargets({ config, served, control, policy: targetPolicy, troubles, told, tracing });
    const [state, hurry]: [{ stopped?: Promise<void> }, AbortController] = [{}, new AbortController()];
    const warnings = () => [control, sealing, retention, delivery].flatMap((part) => part.warnings());
    const readinessNow = () => readiness(state, journal, policy, certificate, troubles, observed, warnings());
    const places = targetPlaces.bind(undefined, config, listeners);
    const look = lookingAtOwn({ journal, policy, certificate, delivery, callers, told }, () => readinessNow());
    const consoleUrl = await control.serve(certificate.current, places, undo, look);
    const serving = { served, serveTarget: tracing.serve(serveTarget) };
    const targetPorts = await listen(config, certificate, serving, listeners, kept.observer, told);
    const stop = async (reason: string) => {
      log.info({ reason }, 'the gateway stops');
      await closeAll([
        () => drain({ listeners, inFlight, releaseHeld, limits: config.limits, hurry: hurry.signal }),
        counts.stop,
        () => pieces.close(),
        () => recordStop(journal, reason, told),
        close,
        () => privatePort?.stop(),
      ]).catch(unclosed(told));
    };
    const privatePort = bus === undefined ? await openPrivatePort(config, readinessNow, told) : undefined;
    const url = `https://${hostOf(config.listen.address)}:${(listeners[0] as Listener).port}`;
    const privateUrl = privatePort === undefined ? '' : `http://${hostOf(config.private.address)}:${privatePort.port}`;
    const where = { url, privateUrl, consoleUrl };
    if (bus === undefined) tellServes(config, { ...where, targetPorts: Object.fromEntries(targetPorts) }, told);
    else answerParent(bus, readinessNow, told);
    const stopOnce = (reason: string) => (state.stopped ??= stop(reason));
    return { ...where, targetPorts, lookAtPolicy: policy.look, stop: stopOnce, hurry: () => hurry.abort() };
  } catch (error) {
    const stops = listeners.map((listener) => () => listener.stop(AbortSignal.abort()));
    await closeAll([...stops, close]).catch(unclosed(told));
    throw error;
  }
}

function recordStop(journal: Journal, reason: string, { clock }: Told): void {
  if (journal.health().state === 'open') journal.append({ type: 'gateway.stopped', at: clock.now(), reason });
}

/** Tells what could not be closed; all else is. */
function unclosed({ log }: Told) {
  return (error: Error) => log.error({ error: error.message }, 'not all of the gateway could be closed');
}

interface OwnParts {
  readonly journal: Journal;
  readonly policy: PolicyInForce;
  readonly certificate: CertificateInForce;
  readonly delivery: Pick<ToldDelivery, 'health'>;
  readonly callers: Pick<IssuersAuthenticator, 'issuers'>;
  readonly told: Told;
}

/** How this process is, part by part, beside what `/readyz` says of it. */
function lookingAtOwn(
  { journal, policy, certificate, delivery, callers, told }: OwnParts,
  readinessNow: () => ReturnType<typeof readiness>,
): LookAtOwn {
  return (known) => {
    const issuers = [...callers.issuers(), ...known];
    const [receivers, nowMs] = [delivery.health(), told.clock.now()];
    const parts = gatewayParts({ journal: journal.health(), issuers, policy, certificate, receivers, nowMs });
    return { ...readinessNow(), parts };
  };
}

/** What the parent asks of a worker, since the private port is the parent's. */
function answerParent(bus: WorkerBus, readinessNow: () => Readiness, { log, metrics }: Told): void {
  bus.answer('readiness', readinessNow);
  bus.answer('metrics', metricsOf(metrics));
  log.info({ pid: process.pid }, 'a worker serves');
}

/** A request that may have run at one worker is not done a second time by another. */
function unknownOutcomes({ limits }: Config, { clock }: Told, bus: WorkerBus | undefined): UnknownOutcomes {
  const unknown = new UnknownOutcomes(durationMs(limits.unknownFor), clock);
  if (bus !== undefined) {
    unknown.onRemembered = (one) => bus.tell('unknown', one);
    bus.hear('unknown', (one) => unknown.learn(one as UnknownOutcome));
  }
  return unknown;
}

function tellServes({ targets }: Config, where: object, { log }: Told): void {
  log.info({ ...where, targets: targets.map(({ name }) => name) }, 'the gateway serves');
}

/** The journal, and what keeps what passes beside it. */
async function openRecording(config: Config, inFlight: InFlight, closers: (() => unknown)[], told: Told) {
  // Security: what can no longer be recorded to its end goes no further (T62).
  const onBroken = (reason: string) => inFlight.breakOff(new Error(`the journal broke: ${reason}`));
  const sealing = await openSealing(config, told);
  closers.push(() => sealing.close());
  const journal = await openToldJournal(config, told, { onBroken, onClosed: sealing.closed });
  closers.push(() => journal.close());
  told.metrics.journalFree(() => journal.health().freeBytes);
  const pieces = openToldPieces(config, journal, told);
  closers.push(() => pieces.close());
  const key = await ownKey(join(config.dataFolder, 'journal.key'));
  const keyed = { digestOf: keyedDigest(key), digesting: () => new KeyedCount(key) };
  const delivery = openToldDelivery(config, told);
  closers.push(() => delivery.close());
  return { journal, pieces, delivery, sealing, keeping: { ...keyed, keeper: keeperOf(pieces, journal, told.clock) } };
}

/** The journal, of whose events people are told. */
function tellingJournal(journal: Journal, { tell }: Control): Pick<Journal, 'append'> {
  return {
    append(event) {
      tell(noticeOfEvent(event));
      return journal.append(event);
    },
  };
}

async function openPolicy(
  config: Config,
  reading: PolicyReading,
  journal: Journal,
  told: Told,
  bus: WorkerBus | undefined,
): Promise<PolicyInForce> {
  const guards = openGuards(config);
  for (const guard of guards.told) told.log.warn({ guard }, 'unsafe: an operator has opened this guard');
  const observed = observedTargets(config, told.clock);
  for (const warning of observed.warnings()) told.log.warn(warning);
  for (const { id } of config.unsafe.openMasks) told.log.warn({ mask: id }, 'unsafe: an operator has opened this mask');
  const { openMasks: opened, targetNetworks } = config.unsafe;
  for (const network of targetNetworks)
    told.log.warn({ network }, 'unsafe: targets by API may be in this network of the gateway’s own machine');
  told.metrics.unsafeOptions(guards.told.length + opened.length + targetNetworks.length + observed.warnings().length);
  journal.append({
    type: 'gateway.started',
    at: told.clock.now(),
    version: version(),
    openGuards: guards.told,
    ...(observed.event === undefined ? {} : { observed: observed.event }),
    ...(config.worker === undefined ? {} : { worker: { number: config.worker, of: config.workers } }),
  });
  const teller = policyTeller(journal, told);
  const onLoaded = (loaded: LoadedPolicy) => {
    teller.onLoaded(loaded);
    // The others look at once, and not when it is their time.
    bus?.tell('policy', null);
  };
  const policy = await loadPolicyInForce({ config, guards, reading, ...teller, onLoaded });
  if ('mistakes' in policy) throw new ConfigError(policy.mistakes.map(formatFinding).join('\n'));
  bus?.hear('policy', () => void policy.look());
  return policy;
}

function openCertificate(
  config: Config,
  shownBy: () => readonly Pick<Listener, 'useCertificate'>[],
  { log, metrics, clock }: Told,
): Promise<CertificateInForce> {
  const opened = certificateInForce({
    config,
    clock,
    onChange(pair) {
      for (const listener of shownBy()) listener.useCertificate(pair);
      metrics.certificateLoaded();
      log.info('a changed certificate is in force');
    },
    onFailure(error) {
      metrics.certificateRefused();
      log.error({ error: error.message }, 'the changed certificate is refused; the one before stays in force');
    },
  });
  return opened.catch((error: Error) => {
    throw new ConfigError(`the certificate cannot be used: ${error.message}`);
  });
}

function maskingOf(
  config: Config,
  policy: PolicyInForce,
  kept: KeptOfMasks,
  journal: Parameters<typeof maskTeller>[0],
  told: Told,
): Masking {
  return {
    ...kept,
    rules: policy.masks,
    openFor: openMasks(config.unsafe.openMasks),
    now: () => systemClock.now(),
    events: maskTeller(journal, told, policy.masks),
    objectBytesMax: config.limits.objectBytesMax,
  };
}

type ServeTarget = Parameters<typeof startListener>[0]['serve'];

function dataPaths(
  config: Config,
  policy: PolicyInForce,
  kept: Omit<Parameters<typeof createRecorder>[0], 'clock' | 'sessionOf' | 'target'> & {
    readonly access: Access;
    readonly masking: Masking;
    readonly approvals: Approvals;
    readonly budgets: Budgets;
    readonly novelty: Novelty;
    readonly observed: ObservedTargets;
  },
  { authenticate }: Authenticator,
  { clock, log }: Told,
) {
  const sessions = new Sessions(undefined, clock);
  const { access, approvals, budgets, novelty, masking, observed } = kept;
  const shared = {
    deleted: new DeletedObjects(clock),
    releases: new HeldReleases(clock),
    limits: config.limits,
    clock,
    authenticate,
    rules: policy.rules,
    masking,
    access,
    approvals,
    budgets,
    novelty,
    preImages: openPreImages(config, clock),
  };
  const recording = {
    ...kept,
    clock,
    sessionOf: sessions.of.bind(sessions),
  };
  const gatewayOf = (target: string, parts: Pick<Target, 'connector' | 'probe' | 'writeBack'>): Gateway => {
    const observing = observed.of(target);
    return {
      ...shared,
      ...parts,
      recorder: createRecorder({ ...recording, target }),
      ...(observing === undefined ? {} : { observing }),
    };
  };
  const served = new ServedTargets(gatewayOf, (error) =>
    log.error({ error: String(error) }, 'the connections of a target cannot be closed'),
  );
  const nowhere = gatewayOf('', { connector: noTarget, probe: noProbe, writeBack: noWriteBack });
  const serveTarget: ServeTarget = async (target = '', raw, signal) =>
    observed.marked(target, await serveOrPlan(served.get(target) ?? nowhere, raw, signal));
  return { served, serveTarget, undo: new Undo(served) };
}

async function listen(
  config: Config,
  certificate: CertificateInForce,
  { served, serveTarget }: { readonly served: ServedTargets; readonly serveTarget: ServeTarget },
  listeners: Listener[],
  observer: Observer,
  { log, clock }: Told,
) {
  const limits = listenerLimits(config.limits);
  const answerUnread = answersToUnread(limits, observer, clock);
  const { proxyProtocol } = config.listen;
  const onRefused = (balancer: string, why: string) =>
    log.warn({ balancer, why }, 'a load balancer’s connection is not served: its PROXY header cannot be taken');
  const open = async (port: number, routes: Routes) => {
    const listener = await startListener({
      address: config.listen.address,
      port,
      certificate: certificate.current,
      routes,
      clock,
      limits,
      answerUnread,
      ...(proxyProtocol === undefined ? {} : { balancers: { has: inRanges(proxyProtocol.from), onRefused } }),
      serve: serveTarget,
      onFault: (error) => log.error({ error: describedFault(error) }, 'a fault of the gateway'),
    }).catch(portTaken(config.listen.address, port));
    listeners.push(listener);
    return listener;
  };
  await open(config.listen.port, sharedRoutes(config, served));
  const ports = new Map<string, number>();
  for (const { name, port } of config.targets) {
    if (port !== undefined)
      ports.set(name, (await open(port, { portTarget: name, pathTargets: new Set(), hostTargets: new Map() })).port);
  }
  return ports;
}

function sharedRoutes(config: Config, pathTargets: Routes['pathTargets']): Routes {
  return {
    portTarget: undefined,
    pathTargets,
    hostTargets: new Map(
      config.targets.flatMap((target) => target.hostNames.map((host): [string, string] => [host, target.name])),
    ),
  };
}

function metricsOf({ registry }: Told['metrics']) {
  return async () => ({ contentType: registry.contentType, text: await registry.metrics() });
}

function openPrivatePort(
  config: Config,
  readinessNow: Parameters<typeof startPrivatePort>[0]['readiness'],
  { log, metrics }: Told,
): Promise<PrivatePort> {
  return startPrivatePort({
    address: config.private.address,
    port: config.private.port,
    readiness: readinessNow,
    metrics: metricsOf(metrics),
    onFault: (error) => log.error({ error: String(error) }, 'the private port failed'),
  }).catch(portTaken(config.private.address, config.private.port));
}

/** A refused policy or certificate is shown and does not make the gateway unready: the one before is in force, and taking every replica away would be worse. */
function readiness(
  state: { readonly stopped?: Promise<void> },
  journal: Journal,
  policy: PolicyInForce,
  certificate: CertificateInForce,
  troubles: TargetTroubles,
  observed: ObservedTargets,
  others: readonly string[],
) {
  const health = journal.health();
  const refused = certificate.failure();
  return {
    reasons: [
      ...(state.stopped !== undefined ? ['the gateway is stopping'] : []),
      ...(health.state === 'open' ? [] : [`the journal is ${health.state}: ${health.reason}`]),
      ...(health.room === 'none' ? [`the journal’s disk is full: ${health.freeBytes} bytes are free`] : []),
    ],
    warnings: [
      ...policy
        .findings()
        .map((finding) => `the policy files are refused, an older set is in force: ${formatFinding(finding)}`),
      ...(refused === undefined ? [] : [`the certificate’s files are refused, an older one is in force: ${refused}`]),
      ...observed.warnings(),
      ...troubles.lines(),
      ...others,
      ...(health.room === 'low' ? [`the journal’s disk is nearly full: ${health.freeBytes} bytes are free`] : []),
    ],
  };
}
