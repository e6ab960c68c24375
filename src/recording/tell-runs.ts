/*
 * The exchanges of a session as what was run: those that their caller says belong together; and of those of which it says nothing, those that follow one another closely,
 * told as a command of Helm where they touch the records of a release. Pure.
 */

/** What of an exchange tells of which run it is. */
export interface RunPart {
  readonly id: string;
  readonly at: number;
  /** Undefined while it is open, or where nobody measured it. */
  readonly endedAt: number | undefined;
  /** What its caller says that it belongs to. */
  readonly claimed: { readonly session: string; readonly command: string } | undefined;
  readonly verb: string;
  readonly resource: string;
  readonly name: string;
  readonly isChange: boolean;
  readonly isRefused: boolean;
  readonly isFailed: boolean;
}

/** Exchanges that belong together. */
export interface Run {
  /** The first of its exchanges. */
  readonly id: string;
  /** Who says so: the caller's own program, which nobody checks; a release's records; or the clock alone. */
  readonly by: 'caller' | 'helm' | 'time';
  /** What was run; empty where the clock alone says that it belongs together. */
  readonly title: string;
  readonly claimed: RunPart['claimed'];
  exchanges: number;
  changes: number;
  refused: number;
  failed: number;
  readonly startedAt: number;
  lastAt: number;
}

/** Limit: what follows later than this behind the one before is of another run. */
export const RUN_PAUSE_MAX_MS = 5_000;

/** The run of each exchange, in their order. */
export function runsOf(parts: readonly RunPart[]): readonly Run[] {
  const claimed = new Map<string, Run>();
  const groups = nearGroups(parts);
  const helm = new Map([...new Set(groups.values())].map((group) => [group, helmTitle(group)]));
  const near = new Map<readonly RunPart[], Run>();
  return parts.map((part) => {
    const said = part.claimed;
    const group = groups.get(part);
    const run =
      said !== undefined
        ? runIn(claimed, `${said.session} ${said.command}`, part, 'caller', said.command)
        : runIn(near, group as readonly RunPart[], part, ...titleOf(helm.get(group as readonly RunPart[])));
    count(run, part);
    return run;
  });
}

function titleOf(helm: string | undefined): ['helm' | 'time', string] {
  return helm === undefined ? ['time', ''] : ['helm', helm];
}

function runIn<Key>(runs: Map<Key, Run>, key: Key, part: RunPart, by: Run['by'], title: string): Run {
  const { id, at: startedAt, claimed } = part;
  const none = { exchanges: 0, changes: 0, refused: 0, failed: 0 };
  const run = runs.get(key) ?? { id, by, title, claimed, ...none, startedAt, lastAt: startedAt };
  runs.set(key, run);
  return run;
}

function count(run: Run, { at, endedAt, isChange, isRefused, isFailed }: RunPart): void {
  run.exchanges += 1;
  if (isChange) run.changes += 1;
  if (isRefused) run.refused += 1;
  if (isFailed) run.failed += 1;
  run.lastAt = Math.max(run.lastAt, endedAt ?? at);
}

/** Those of which nobody says anything, by what follows closely. */
function nearGroups(parts: readonly RunPart[]): ReadonlyMap<RunPart, readonly RunPart[]> {
  const groups = new Map<RunPart, RunPart[]>();
  let group: RunPart[] = [];
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const part of parts) {
    if (part.claimed !== undefined) continue;
    if (part.at - lastAt > RUN_PAUSE_MAX_MS) group = [];
    group.push(part);
    groups.set(part, group);
    lastAt = Math.max(lastAt, part.at, part.endedAt ?? 0);
  }
  return groups;
}

/** Source: helm.sh/helm/v3/pkg/storage, the names of records: `sh.helm.release.v1.NAME.vREVISION` */
const RECORD = /^sh\.helm\.release\.v1\.(.+)\.v(\d+)$/;

/** What of Helm its records say was run; undefined where none is touched. */
function helmTitle(group: readonly RunPart[]): string | undefined {
  let name: string | undefined;
  let verb = '';
  for (const { resource, name: record, verb: done } of group) {
    const [, release, revision] = resource === 'secrets' ? (RECORD.exec(record) ?? []) : [];
    if (release === undefined) continue;
    name ??= release;
    if (done === 'delete' && verb === '') verb = 'uninstall';
    if (done === 'create' || (done === 'update' && verb === ''))
      verb = revision === '1' ? 'install' : 'upgrade or rollback';
  }
  return name === undefined ? undefined : ['helm', verb, name].filter(Boolean).join(' ');
}
