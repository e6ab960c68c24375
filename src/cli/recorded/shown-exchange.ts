import type { ExchangeRowView, LiveExchange } from '../../control/session-contract.ts';
import type { KeptFiles } from '../../recording/keeping.ts';
import { runPart } from '../../recording/run-part.ts';
import type { ExchangeView } from '../../recording/summarize-sessions.ts';
import type { RunPart } from '../../recording/tell-runs.ts';
import { counted } from '../../std/counted.ts';
import { escapeControl } from '../escape-control.ts';

/** An exchange as it is printed. */
export interface ShownExchange {
  readonly part: RunPart;
  readonly cells: readonly string[];
  /** What has no column, in lines that are safe to print. */
  readonly remarks: readonly string[];
}

/** An exchange as its events tell it, by its id, as the control plane has it. */
export function idFirst(view: ExchangeView) {
  return { id: view.begun.exchange, ...view };
}

/** What stands above them. */
export const EXCHANGE_HEAD = ['TIME', 'VERB', 'RESOURCE', 'NAME', 'OUTCOME', 'STATUS', 'RULE', 'MS'] as const;

/** An exchange as its events tell it. */
export function shownView(view: ExchangeView): ShownExchange {
  const { begun, permittedBy, ended } = view;
  const { operation } = begun;
  const outcome = ended?.outcome;
  return {
    part: runPart(view),
    cells: [
      time(begun.at),
      operation?.verb ?? begun.method,
      operation === undefined ? '' : kindOf(operation),
      [operation?.namespace, operation?.name].filter(Boolean).join('/'),
      outcome?.kind ?? 'open',
      outcome !== undefined && 'status' in outcome ? String(outcome.status ?? '') : '',
      ended?.decision?.rule ?? permittedBy ?? '',
      ended?.traffic === undefined ? '' : String(Math.round(ended.traffic.durationMs)),
    ],
    remarks: remarks(view),
  };
}

/** An exchange as the control plane lists it. */
export function shownRow(row: ExchangeRowView): ShownExchange {
  const { id, at, verb, name, outcome, status, durationMs, claimed, code, recording, planned } = row;
  const beganAt = Date.parse(at);
  return {
    part: {
      id,
      at: beganAt,
      endedAt: durationMs === undefined ? undefined : Math.round(beganAt + durationMs),
      claimed,
      verb,
      resource: row.resource,
      name,
      isChange: row.isChange,
      isRefused: outcome === 'refused' && planned !== true,
      isFailed: outcome === 'broken' || outcome === 'lost' || (outcome === 'abandoned' && status === undefined),
    },
    cells: rowCells(row),
    remarks: [
      ...(planned === true ? [ONLY_PLANNED] : []),
      ...(recording === undefined ? [] : [`    sallyport sessions replay ${escapeControl(id)}`]),
      ...(code === undefined ? [] : [`    ${escapeControl(code)}`]),
    ],
  };
}

/** Its columns; of one that is told as it happens, which has no path. */
export function rowCells(row: LiveExchange & { readonly path?: string }): readonly string[] {
  const { at, verb, namespace, name, outcome, status, rule = '', durationMs, path = '' } = row;
  return [
    at,
    verb,
    kindOf({ ...row, path }),
    [namespace, name].filter(Boolean).join('/'),
    outcome,
    status === undefined ? '' : String(status),
    rule,
    durationMs === undefined ? '' : String(Math.round(durationMs)),
  ];
}

function kindOf(operation: {
  readonly resource: string;
  readonly subresource: string;
  readonly apiGroup: string;
  readonly path: string;
}): string {
  const { resource, subresource, apiGroup, path } = operation;
  const kind = [resource, subresource].filter(Boolean).join('/');
  return kind === '' ? path : `${kind}${apiGroup === '' ? '' : `.${apiGroup}`}`;
}

const ONLY_PLANNED = '    only planned: nothing of it was forwarded';

/** What a row has no column for: what was run in a pod, why it was refused, and what has no exchange. */
function remarks({ begun, ended, files, throttled }: ExchangeView): readonly string[] {
  const argv = begun.operation?.stream?.argv ?? [];
  const outcome = ended?.outcome;
  return [
    ...(begun.planned === true ? [ONLY_PLANNED] : []),
    ...(argv.length === 0
      ? []
      : [
          `    runs ${argv.map((argument) => escapeControl(JSON.stringify(argument))).join(' ')}`,
          `    sallyport sessions replay ${begun.exchange}`,
        ]),
    ...(files === undefined ? [] : fileRemarks(files)),
    ...(outcome?.kind === 'refused' || outcome?.kind === 'broken'
      ? [
          `    ${outcome.code}: ${escapeControl(outcome.message)}${outcome.detail === undefined ? '' : ` (${escapeControl(outcome.detail)})`}`,
        ]
      : []),
    ...(throttled === undefined
      ? []
      : [
          `    CALLER_THROTTLED: from ${time(throttled.since)} to ${time(throttled.at)} the caller asked too fast: ${counted(throttled.requests, 'request')}, on whatever target, were refused`,
        ]),
  ];
}

/** Limit: files of an archive that are printed; the recording has more. */
const FILES_MAX = 20;

function fileRemarks({ count, first, isPart }: KeptFiles): readonly string[] {
  const shown = first.slice(0, FILES_MAX);
  const more = count - shown.length;
  return [
    ...shown.map(({ path, kind, bytes, mode, digest = '', isCut }) => {
      const what = [`${kind} ${path}`, `${counted(bytes, 'byte')}`, mode, digest, isCut ? 'cut' : ''].filter(Boolean);
      return `    ${escapeControl(what.join('  '))}`;
    }),
    ...(more > 0 ? [`    and ${more} more, in the recording`] : []),
    ...(isPart ? ['    what passed behind them was no archive, or was cut'] : []),
  ];
}

function time(at: number): string {
  return new Date(at).toISOString();
}
