/*
 * The control plane's parts, put together, where the configuration has a `console`: the store, the grants and kills in force, and the server.
 */
import { mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Approval } from '../approval/approval.ts';
import { openCatalog } from '../catalog/ask-catalog.ts';
import { catalogFile } from '../catalog/catalog-file.ts';
import { SeveralCatalogs } from '../catalog/several-catalogs.ts';
import { formatFinding } from '../config/finding.ts';
import type { Config } from '../config/load.ts';
import type { TargetPlace } from '../control/contract.ts';
import { CountedEvents } from '../control/counted-events.ts';
import { DoneOperations } from '../control/done-operations.ts';
import { HeldKills } from '../control/held-kills.ts';
import type { LiveAccess } from '../control/live-access.ts';
import { LiveExchanges } from '../control/live-exchanges.ts';
import type { Notice } from '../control/notices/notice.ts';
import { Refusals } from '../control/refusals.ts';
import { routesOf } from '../control/routes.ts';
import type { ControlServer } from '../control/server.ts';
import { type SessionSoFar, sessionSoFar } from '../control/session-so-far.ts';
import { ConsoleSessions } from '../control/sign-in/console-sessions.ts';
import { suggest } from '../control/suggest.ts';
import type { LiveTargets } from '../control/targets/live-targets.ts';
import { toEach } from '../control/to-each.ts';
import type { Refusal } from '../model/refusal.ts';
import type { Access } from '../pipeline/access.ts';
import type { InFlight, LivesBy } from '../pipeline/in-flight.ts';
import { rulesIn } from '../policy/rule-set.ts';
import { seatedIn } from '../policy/seated-in.ts';
import { journalsIn, workerJournal } from '../segments/worker-journals.ts';
import type { Clock } from '../std/clock.ts';
import { closeAll } from '../std/close-all.ts';
import { counted } from '../std/counted.ts';
import { durationMs } from '../std/duration.ts';
import { openStore } from '../store/open-store.ts';
import { type Store, StoreError } from '../store/store.ts';
import { accessParts } from './access-parts.ts';
import { agreeOnMaskKey } from './agree-on-mask-key.ts';
import { budgetsOf } from './budgets-of.ts';
import { chatsOf } from './chats.ts';
import { targetChecker } from './check-target.ts';
import { ConfigError } from './config-error.ts';
import { deliveriesOf, tellOpened } from './deliveries.ts';
import { heardBy } from './heard-by.ts';
import { keptReader } from './kept-reader.ts';
import { loginsOf } from './logins.ts';
import type { Told } from './observe.ts';
import type { Control, ControlParts, LookAtOwn } from './open-control.ts';
import { policyDesk } from './policy-desk.ts';
import { consoleAuthenticator, consoleUrlOf, serveConsole } from './serve-console.ts';
import { sharedGuesses } from './shared-guesses.ts';
import { SharedHoneytokens } from './shared-honeytokens.ts';
import { sharedHost } from './shared-host.ts';
import { storePlace } from './store-place.ts';
import { storeSweepOf } from './store-sweep-of.ts';
import { version } from './version.ts';
import { wholeStatus } from './whole-status.ts';
import { answerConsole, consoleOfAll } from './workers/console-of-all.ts';
import { sessionOfConsole } from './workers/session-of-console.ts';
import type { OwnStatus } from './workers/status-of-all.ts';

type Place = NonNullable<Config['console']>;

/** The store of the configuration, whose gateways share one key of masks. @throws {ConfigError} */
async function openStoreOf({ config, told, masks, bus }: ControlParts): Promise<Store> {
  const kept = storePlace(config);
  const store = await openStore(kept, {
    clock: told.clock,
    feed: bus?.feed,
    feedLostMs: config.limits.feedLostMs,
    onUnsealed: (kind, id) =>
      told.log.error({ kind, id }, 'a row of the store has a seal that is not right, and counts as not there'),
  }).catch(storeFailed);
  // A store that is one gateway's own is no witness: its key may be made anew.
  if (kept.kind === 'postgres')
    await agreeOnMaskKey(store, masks).catch(async (error: unknown) => {
      await store.close();
      throw error;
    });
  return store;
}

/** The control plane at its place. @throws {ConfigError} its store cannot be opened */
export async function openControlPlane(place: Place, parts: ControlParts): Promise<Control> {
  const { config, told, inFlight, bus } = parts;
  const isConsole = (config.worker ?? 1) === 1;
  let consoleUrl = parts.consoleUrl ?? '';
  const catalogs = isConsole ? openCatalogs(config, told) : undefined;
  const opened = await openedBeside(place, parts, () => consoleUrl, catalogs);
  const { store, held, sessions, logins, access, approvals, budgets, withOwnTokens, deliveries } = opened;
  told.metrics.requestsHeld(() => approvals.held);
  let server: ControlServer | undefined;
  const [refusals, exchanges, counted] = [new Refusals(), new LiveExchanges(), new CountedEvents(budgets)];
  const endExchange = endingOne(inFlight);
  const shown = { refusals, exchanges, endExchange, underWay: () => inFlight.list(), seals: parts.sealing };
  if (bus !== undefined) answerConsole(shown, bus);
  return {
    access: accessOf(access, refusals, told.clock, (denied, target) =>
      suggest(denied, { consoleUrl, roles: parts.policy.roles(), target }),
    ),
    withOwnTokens,
    approvals,
    budgets,
    novelty: opened.novelty,
    heard: (journal) => heardBy(journal, [exchanges, counted]),
    releaseHeld: () => approvals.release(),
    async serve(certificate, targetPlaces, undo, look) {
      if (catalogs === undefined) return servedByAnother(parts, look);
      const { catalog, opened: each } = catalogs;
      const people = consoleAuthenticator(place, config, told.clock);
      const [url, own] = [() => consoleUrl, ownStatus(parts, () => look(people.issuers()))];
      const routes = routesOf({
        ...opened,
        ...consoleOfAll(shown, bus),
        issuers: [...logins.keys()],
        seatedIn: (caller) => seatedIn(parts.policy.rules(), caller),
        policy: policyOf(parts),
        chats: chatsOf(config),
        allRoles: parts.policy.roles,
        desk: policyDesk(config),
        now: told.clock.now.bind(told.clock),
        catalog,
        undo: () => undo,
        kept: keptReader((exchange) => catalog.folderOf(exchange), parts.journal, told.clock),
        ...targetParts(opened, parts, targetPlaces),
        status: () => wholeStatus({ config, bus, own, store, deliveries, catalogs: each }),
        version: version(),
        gateway: () => consoleUrl,
        storeFailure: () => store.health().failure,
      });
      const refuseStopped = access.kills.refuseCaller.bind(access.kills);
      const authenticator = withOwnTokens(people);
      const served = { routes, sessions, logins, vault: store.vault, url, authenticator, refuseStopped };
      server = await serveConsole(place, served, certificate, parts);
      consoleUrl = consoleUrlOf(place, server.port);
      store.announce(consoleUrl);
      return consoleUrl;
    },
    serveTargets: (by) => opened.liveTargets.serveWith(by),
    useCertificate: (pair) => server?.useCertificate(pair),
    tell: (notice) => {
      if (notice !== undefined) deliveries.tell(notice);
    },
    warnings: () => [...warningsOf(store, held.list().length, deliveries.dead), ...notServed(opened.liveTargets)],
    close: () => closeAll([() => server?.stop(), () => catalogs?.close(), opened.stop]),
  };
}

/** The catalogs of all journals: of a gateway with workers one each, those that it had before with them. */
function openCatalogs({ journal, workers }: Config, { log }: Told) {
  const own = journal.folder as string;
  const folders = new Set(journalsIn(own));
  for (let worker = 1; worker <= workers; worker++) folders.add(workerJournal(own, worker));
  const opened = [...folders].map((folder) => {
    // A worker's folder is there before its journal, so that its catalog is.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const onFailure = (why: string) =>
      log.error({ error: why }, 'the catalog of recordings cannot be kept up; the journal has all of it');
    return { folder, catalog: openCatalog({ folder, file: catalogFile(folder) }, onFailure) };
  });
  return {
    opened,
    catalog: new SeveralCatalogs(opened),
    close: () => Promise.all(opened.map(({ catalog }) => catalog.close())),
  };
}

/** What is opened beside the catalogs, which are closed where it cannot be. @throws {ConfigError} */
async function openedBeside(
  place: Place,
  parts: ControlParts,
  consoleUrl: () => string,
  catalogs: ReturnType<typeof openCatalogs> | undefined,
) {
  const own = catalogs === undefined ? undefined : sessionSoFar(catalogs.catalog);
  return openAccess(place, parts, consoleUrl, sessionOfConsole(own, parts.bus)).catch(async (error: unknown) => {
    await catalogs?.close();
    throw error;
  });
}

/** The store, what lives in it and decides, and who signs in; all of it running. @throws {ConfigError} */
async function openAccess(place: Place, parts: ControlParts, consoleUrl: () => string, soFar: SessionSoFar) {
  const { config, told } = parts;
  const held = openHeldKills(join(config.dataFolder, 'kills.json'));
  const store = await openStoreOf(parts);
  const sessions = sessionsOf(place, store, parts);
  const logins = await loginsOf(config, told.clock);
  const deliveries = await deliveriesOf(store, { ...parts, consoleUrl });
  const tell = (notice: Notice) => deliveries.tell(notice);
  const budgets = budgetsOf(store, { ...parts, tell });
  const onAsked = ({ state, exchange, seats, asker }: Approval) => {
    if (state !== 'approved' || exchange !== 'waiting') return;
    for (const { rule } of seats)
      budgets
        .looked(rule, asker)
        .catch((error: unknown) =>
          told.log.error({ error: String(error) }, 'that a person has looked could not be kept'),
        );
  };
  const made = accessParts(store, held, { ...parts, tell, onAsked, consoleUrl, sessionSoFar: soFar }, sessions);
  const { access, live, approvals, kills, liveTargets } = made;
  const onFailure = (what: string, error: unknown) =>
    told.log.warn({ error: error instanceof Error ? error.message : String(error) }, what);
  const shared = new SharedHoneytokens({ store, honeytokens: parts.masks.honeytokens, onFailure });
  parts.masks.guesses.shared = sharedGuesses(store, onFailure);
  const novelty = new DoneOperations({ store, now: () => told.clock.now(), onFailure });
  const sweep = storeSweepOf(store, { ...parts, sessions, onFailure });
  const stop = () =>
    closeAll([
      () => access.stop(),
      () => live.stop(),
      () => liveTargets.stop(),
      () => kills.stop(),
      made.stopAsking,
      () => approvals.stop(),
      () => deliveries.stop(),
      () => shared.stop(),
      () => budgets.idle(),
      () => novelty.stop(),
      () => sweep.stop(),
      () => store.close(),
    ]);
  access.start();
  live.start();
  liveTargets.start();
  approvals.start();
  await store
    .changes(toEach([access, live, liveTargets, approvals, sessions, shared, budgets]))
    .catch(async (error: unknown) => {
      await stop();
      return storeFailed(error);
    });
  startKills(made, { ...parts, held });
  deliveries.start();
  novelty.start();
  sweep.start();
  tellOpened(deliveries, parts);
  return { ...made, budgets, novelty, deliveries, store, held, sessions, logins, stop };
}

/** Kills that the store has not taken are in a file of all workers: one writes it and brings them to the store, the others read it. */
function startKills(
  { kills }: Pick<ReturnType<typeof accessParts>, 'kills'>,
  { config, bus, held }: Pick<ControlParts, 'config' | 'bus'> & { readonly held: HeldKills },
): void {
  if ((config.worker ?? 1) === 1) {
    if (bus !== undefined) held.onChange = () => bus.tell('kills', null);
    kills.start();
    return;
  }
  kills.readHeld();
  bus?.hear('kills', () => kills.readHeld());
}

/** Another worker serves the console, which asks this one how it is; the console's address. */
function servedByAnother(parts: ControlParts, look: LookAtOwn): string {
  const own = ownStatus(parts, () => look([]));
  parts.bus?.answer('status', own);
  return parts.consoleUrl ?? '';
}

function ownStatus({ config, journal }: ControlParts, look: () => ReturnType<LookAtOwn>): () => OwnStatus {
  return () => ({
    ...look(),
    worker: config.worker ?? 1,
    journal: { folder: config.journal.folder as string, syncedSeq: journal.health().syncedSeq },
  });
}

/** What the control plane is given of targets. */
function targetParts(
  { liveTargets, registered }: Awaited<ReturnType<typeof openAccess>>,
  { config, policy, told }: ControlParts,
  targetPlaces: (registered: readonly string[]) => readonly TargetPlace[],
) {
  const names = () => liveTargets.list().flatMap(({ kept: { name } }) => (liveTargets.has(name) ? [name] : []));
  const configured = new Set(config.targets.map(({ name }) => name));
  return {
    registered,
    liveTargets,
    targets: { has: (name: string) => configured.has(name) || liveTargets.has(name) },
    targetPlaces: () => targetPlaces(names()),
    checkTarget: targetChecker({ config, live: liveTargets, rules: () => rulesIn(policy.rules()), clock: told.clock }),
  };
}

function notServed(liveTargets: LiveTargets): readonly string[] {
  return liveTargets
    .list()
    .flatMap(({ kept, trouble }) =>
      trouble === '' ? [] : [`target \`${kept.name}\`, registered by API, is not served: ${trouble}`],
    );
}

function openHeldKills(file: string): HeldKills {
  try {
    return new HeldKills(file);
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
}

function warningsOf(store: Store, kills: number, dead: number): readonly string[] {
  const { failure, unsealed } = store.health();
  return [
    ...(kills === 0
      ? []
      : [
          `${counted(kills, 'kill holds', 'kills hold')} at this gateway alone, until the store takes ${kills === 1 ? 'it' : 'them'}`,
        ]),
    ...(dead === 0 ? [] : [`${counted(dead, 'notice')} could not be told: \`sallyport notices list\` says why`]),
    ...(failure === '' ? [] : [`the store of grants fails: ${failure}`]),
    ...(store.isHeard() ? [] : ['other gateways are not heard: grants count as ended until they are']),
    ...(unsealed === 0 ? [] : [`${counted(unsealed, 'read')} met rows of the store whose seal is not right`]),
  ];
}

/** Ends one exchange; false: it is not under way. */
function endingOne(inFlight: InFlight) {
  return (id: string, refusal: Refusal): boolean => {
    const isIt = ({ exchange }: LivesBy) => exchange === id;
    const isOpen = inFlight.has(isIt);
    inFlight.endAccess(isIt, refusal);
    return isOpen;
  };
}

/** Policy as the console shows it. */
function policyOf({ config, policy }: ControlParts) {
  return {
    rules: policy.rules,
    findings: () => policy.findings().map(formatFinding),
    shownPath: (path: string) => relative(dirname(config.file), path),
  };
}

/** What the data path asks of the control plane. */
function accessOf(live: LiveAccess, refusals: Refusals, clock: Clock, suggest: Access['suggest']): Access {
  return {
    grantsOf: (caller) => live.grantsOf(caller),
    use: (grant) => live.use(grant),
    refuseKilled: (caller, target, session) => live.refuseKilled(caller, target, session),
    suggest,
    refused: (caller, told) => refusals.keep(caller, { ...told, at: clock.now() }),
  };
}

function sessionsOf(
  { sessionMax, sessionIdleMax }: Place,
  store: Store,
  { config, told, journal }: ControlParts,
): ConsoleSessions {
  const shared = sharedHost(config);
  if (shared !== undefined)
    told.log.warn({ shared }, 'browsers keep cookies by host and not by port: give the console a host name of its own');
  return new ConsoleSessions({
    store,
    idleMaxMs: durationMs(sessionIdleMax),
    maxMs: durationMs(sessionMax),
    record: (event) => journal.append(event).synced(),
  });
}

function storeFailed(error: unknown): never {
  throw error instanceof StoreError ? new ConfigError(error.message) : error;
}
