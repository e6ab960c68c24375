import type { Readiness } from '../../listener/private-port.ts';

/** How a worker is: what it says, or why it says nothing. */
export type WorkerSaid =
  | { readonly worker: number; readonly readiness: Readiness }
  | { readonly worker: number; readonly missing: 'does not serve yet' | 'does not answer' };

/**
 * One answer over all workers. One that cannot do its work makes the gateway unready, since a balancer cannot choose among workers; one that is being started anew gets no
 * connection, and does not.
 */
export function mergedReadiness(said: readonly WorkerSaid[], isStopping: boolean): Required<Readiness> {
  const isAnyServing = said.some((each) => 'readiness' in each);
  const silent = said.flatMap((each) =>
    'missing' in each && each.missing === 'does not answer' ? [`worker ${each.worker} does not answer`] : [],
  );
  const absent = said.flatMap((each) =>
    'missing' in each && each.missing === 'does not serve yet'
      ? [`worker ${each.worker} has ended, and is started anew`]
      : [],
  );
  const lines = (of: (readiness: Readiness) => readonly string[]) =>
    together(said.flatMap((each) => ('readiness' in each ? [{ worker: each.worker, lines: of(each.readiness) }] : [])));
  return {
    reasons: [
      ...new Set([
        ...(isStopping ? ['the gateway is stopping'] : []),
        ...(isAnyServing ? [] : ['no worker serves']),
        ...silent,
        ...lines(({ reasons }) => reasons),
      ]),
    ],
    warnings: [...absent, ...lines(({ warnings = [] }) => warnings)],
  };
}

/** What all of them say stands once; what one says, with its number. */
function together(all: readonly { readonly worker: number; readonly lines: readonly string[] }[]): readonly string[] {
  const saying = new Map<string, number[]>();
  for (const { worker, lines } of all)
    for (const line of lines) saying.set(line, [...(saying.get(line) ?? []), worker]);
  return [...saying].map(([line, workers]) =>
    workers.length === all.length ? line : `worker${workers.length === 1 ? '' : 's'} ${workers.join(' and ')}: ${line}`,
  );
}
