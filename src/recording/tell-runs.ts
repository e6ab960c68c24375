/*
 * The exchanges of a session as what was run: those that their caller says belong together; and of those of which it says nothing, those that follow one another closely,
 * told as a command of Helm where they touch the records of a release. Pure.
 */

import { isChange } from './is-change.ts';
import type { ExchangeView } from './summarize-sessions.ts';

/** Exchanges that belong together. */
export interface Run {
  /** Who says so: the caller's own program, which nobody checks; a release's records; or the clock alone. */
  readonly by: 'caller' | 'helm' | 'time';
  readonly title: string;
  exchanges: number;
  changes: number;
  refused: number;
  readonly startedAt: number;
  lastAt: number;
}

/** Limit: what follows later than this behind the one before is of another run. */
export const RUN_PAUSE_MAX_MS = 5_000;

/** The run of each exchange, in their order. */
export function runsOf(views: readonly ExchangeView[]): readonly Run[] {
  const claimed = new Map<string, Run>();
  const groups = nearGroups(views);
  const helm = new Map([...new Set(groups.values())].map((group) => [group, helmTitle(group)]));
  const near = new Map<readonly ExchangeView[], Run>();
  return views.map((view) => {
    const said = view.begun.operation?.claimed;
    const group = groups.get(view);
    const run =
      said !== undefined
        ? runIn(claimed, `${said.session} ${said.command}`, view, 'caller', said.command)
        : runIn(near, group as readonly ExchangeView[], view, ...titleOf(helm.get(group as readonly ExchangeView[])));
    count(run, view);
    return run;
  });
}

function titleOf(helm: string | undefined): ['helm' | 'time', string] {
  return helm === undefined ? ['time', ''] : ['helm', helm];
}

function runIn<Key>(runs: Map<Key, Run>, key: Key, { begun }: ExchangeView, by: Run['by'], title: string): Run {
  const startedAt = begun.at;
  const run = runs.get(key) ?? { by, title, exchanges: 0, changes: 0, refused: 0, startedAt, lastAt: startedAt };
  runs.set(key, run);
  return run;
}

function count(run: Run, { begun, ended }: ExchangeView): void {
  run.exchanges += 1;
  if (begun.operation !== undefined && isChange(begun.operation)) run.changes += 1;
  if (ended?.outcome.kind === 'refused') run.refused += 1;
  run.lastAt = Math.max(run.lastAt, ended?.at ?? begun.at);
}

/** Those of which nobody says anything, by what follows closely. */
function nearGroups(views: readonly ExchangeView[]): ReadonlyMap<ExchangeView, readonly ExchangeView[]> {
  const groups = new Map<ExchangeView, ExchangeView[]>();
  let group: ExchangeView[] = [];
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const view of views) {
    if (view.begun.operation?.claimed !== undefined) continue;
    if (view.begun.at - lastAt > RUN_PAUSE_MAX_MS) group = [];
    group.push(view);
    groups.set(view, group);
    lastAt = Math.max(lastAt, view.begun.at, view.ended?.at ?? 0);
  }
  return groups;
}

/** Source: helm.sh/helm/v3/pkg/storage, the names of records: `sh.helm.release.v1.NAME.vREVISION` */
const RECORD = /^sh\.helm\.release\.v1\.(.+)\.v(\d+)$/;

/** What of Helm its records say was run; undefined where none is touched. */
function helmTitle(group: readonly ExchangeView[]): string | undefined {
  let name: string | undefined;
  let verb = '';
  for (const { begun } of group) {
    const { resource = '', name: record = '', verb: done = '', path = '' } = begun.operation ?? {};
    const [, release, revision] = resource === 'secrets' ? (RECORD.exec(record) ?? []) : [];
    if (release === undefined) continue;
    name ??= release;
    if (done === 'delete' && verb === '') verb = 'uninstall';
    if (done === 'create' || (done === 'update' && path !== '' && verb === ''))
      verb = revision === '1' ? 'install' : 'upgrade or rollback';
  }
  return name === undefined ? undefined : ['helm', verb, name].filter(Boolean).join(' ');
}
