/*
 * What the gateway has of its control plane. Without a `console` in the configuration nothing of it is opened or loaded, which is a quarter of all the
 * gateway's modules, and the data path is given that there are no grants.
 */
import type { Config } from '../config/load.ts';
import type { TargetPlace } from '../control/contract.ts';
import { CountedEvents } from '../control/counted-events.ts';
import type { Notice } from '../control/notices/notice.ts';
import type { TargetServer } from '../control/targets/live-targets.ts';
import type { UndoPort } from '../control/undo-routes.ts';
import type { Authenticator, IssuerState } from '../identity/authenticator.ts';
import type { CertificatePair } from '../listener/certificates.ts';
import { type Access, noAccess } from '../pipeline/access.ts';
import { type Approvals, noApprovals } from '../pipeline/approvals.ts';
import type { Budgets } from '../pipeline/budgets.ts';
import type { InFlight } from '../pipeline/in-flight.ts';
import { type Novelty, noNovelty } from '../pipeline/novelty.ts';
import type { JournalPort } from '../pipeline/record-ports.ts';
import type { Journal } from '../storage/journal.ts';
import { budgetsOf } from './budgets-of.ts';
import { heardBy } from './heard-by.ts';
import type { KeptOfMasks } from './kept-of-masks.ts';
import type { Told } from './observe.ts';
import type { Sealing } from './open-sealing.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import type { OwnStatus } from './workers/status-of-all.ts';
import type { WorkerBus } from './workers/worker-bus.ts';

/** What a control plane stands on. */
export interface ControlParts {
  readonly config: Config;
  readonly told: Told;
  readonly journal: Journal;
  readonly sealing: Pick<Sealing, 'keys' | 'checkpoint'>;
  readonly policy: PolicyInForce;
  readonly inFlight: InFlight;
  readonly masks: KeptOfMasks;
  /** The way to the other workers, where the gateway has any. */
  readonly bus?: WorkerBus | undefined;
  /** Where the console is, where another worker serves it. */
  readonly consoleUrl?: string | undefined;
}

/** How this process is, but for what the control plane knows itself: `issuers`, as they are known to who asks that. */
export type LookAtOwn = (issuers: readonly IssuerState[]) => Pick<OwnStatus, 'reasons' | 'warnings' | 'parts'>;

/** What the gateway has of its control plane. */
export interface Control {
  readonly access: Access;
  readonly approvals: Approvals;
  readonly budgets: Budgets;
  readonly novelty: Novelty;
  /** The journal as the data path writes it, so that whoever watches hears of it. */
  readonly heard: (journal: JournalPort) => JournalPort;
  /** Lets all that waits for a person go on elsewhere, since this gateway stops. */
  releaseHeld(): void;
  /** An authenticator that takes the gateway's own tokens too. */
  readonly withOwnTokens: (others: Authenticator) => Authenticator;
  /** Begins to serve; the address, where there is a console. */
  serve(
    certificate: CertificatePair,
    targetPlaces: (registered: readonly string[]) => readonly TargetPlace[],
    undo: UndoPort,
    look: LookAtOwn,
  ): Promise<string | undefined>;
  /** Serves targets by API from now on as they come and go. */
  serveTargets(server: TargetServer): void;
  useCertificate(pair: CertificatePair): void;
  /** Tells people, where policy names any. */
  tell(notice: Notice | undefined): void;
  /** What `/readyz` warns of. */
  warnings(): readonly string[];
  close(): Promise<void>;
}

/** A gateway without a control plane: nothing of it is opened. */
const NO_CONTROL: Omit<Control, 'budgets' | 'heard'> = {
  access: noAccess,
  approvals: noApprovals,
  novelty: noNovelty,
  releaseHeld() {},
  withOwnTokens: (others) => others,
  serve: async () => undefined,
  serveTargets() {},
  useCertificate() {},
  tell() {},
  warnings: () => [],
  close: async () => {},
};

/** The control plane of the configuration, or none. @throws {ConfigError} its store cannot be opened */
export async function openControl(parts: ControlParts): Promise<Control> {
  const place = parts.config.console;
  if (place === undefined) return withoutControl(parts);
  return (await import('./open-control-plane.ts')).openControlPlane(place, parts);
}

/** Without a control plane nobody can be asked, and the gateway counts for itself. */
function withoutControl({ policy, told }: ControlParts): Control {
  const budgets = budgetsOf(undefined, { policy, told, tell: () => {} });
  const counted = new CountedEvents(budgets);
  return { ...NO_CONTROL, budgets, heard: (journal) => heardBy(journal, [counted]) };
}
