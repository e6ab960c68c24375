import type { Connector, Probe, WriteBack } from '../connectors/connector.ts';
import type { Caller } from '../model/caller.ts';
import type { Request } from '../model/request.ts';
import type { RuleSet } from '../policy/rule-set.ts';
import type { Clock } from '../std/clock.ts';
import type { Access } from './access.ts';
import type { Approvals } from './approvals.ts';
import type { Observing } from './ask-shadow.ts';
import type { Budgets } from './budgets.ts';
import type { DeletedObjects } from './deleted-objects.ts';
import type { HeldReleases } from './held-releases.ts';
import type { Limits } from './limits.ts';
import type { Masking } from './masking.ts';
import type { Novelty } from './novelty.ts';
import type { PreImages } from './pre-images.ts';
import type { Recorder } from './recording.ts';

/** What the data path is given for one target: its ports, and nothing that could go round them. */
export interface Gateway {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly recorder: Recorder;
  /** @throws {Refusal} TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED, ISSUER_UNAVAILABLE, AUTHENTICATION_THROTTLED */
  readonly authenticate: (request: Request) => Promise<Caller>;
  readonly connector: Connector;
  /** The rules in force now; a reload replaces them whole. */
  readonly rules: () => RuleSet;
  /** Where the policy of this target is only observed; absent: it is enforced. */
  readonly observing?: Observing;
  readonly probe: Probe;
  /** Where the values of masks come from that are written back. */
  readonly writeBack: WriteBack;
  /** What callers have deleted a moment ago. */
  readonly deleted: DeletedObjects;
  /** Releases that somebody is asked about. */
  readonly releases: HeldReleases;
  /** What is masked in objects, and under which key. */
  readonly masking: Masking;
  readonly access: Access;
  readonly approvals: Approvals;
  readonly budgets: Budgets;
  /** What callers have done before. */
  readonly novelty: Novelty;
  /** Objects as they were before a change. */
  readonly preImages: PreImages;
}
