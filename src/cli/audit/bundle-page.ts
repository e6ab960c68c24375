import { CONTROLS } from '../../recording/evidence/controls.ts';
import { SHEETS, type SheetName } from '../../recording/evidence/sheets.ts';

/** What the bundle's page tells. */
export interface BundleFacts {
  readonly gateway: string;
  readonly madeAt: number;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly counts: Readonly<Record<SheetName, number>>;
  readonly rules: number;
  readonly policy: string;
  readonly journal: {
    readonly first: number;
    readonly last: number;
    readonly hash: string;
    readonly holds: boolean;
    readonly sentence: string;
  };
  /** Empty where there is none, and why. */
  readonly checkpoint: { readonly isThere: boolean; readonly sentence: string };
}

/** The page: no script, no style of others, nothing is fetched. */
export function bundlePage(facts: BundleFacts): string {
  const { gateway, madeAt, sinceMs, untilMs, journal, checkpoint, policy } = facts;
  const rows = [
    ['gateway', gateway],
    ['from', instant(sinceMs)],
    ['to', instant(untilMs)],
    ['gathered', instant(madeAt)],
    [
      'journal',
      `events ${journal.first} to ${journal.last}: ${journal.holds ? 'the chain holds' : `BROKEN: ${journal.sentence}`}`,
    ],
    ['last hash', journal.hash],
    ['checkpoint', checkpoint.sentence],
    ['policy', policy],
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Evidence of ${text(gateway)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}table{border-collapse:collapse;width:100%;margin:1rem 0}
th,td{border:1px solid;padding:.3rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}</style></head><body>
<h1>Evidence of access through ${text(gateway)}</h1>
<p>What an access gateway before Kubernetes clusters recorded: who had access, who approved, what was done, and that the record is whole. Nothing here needs the gateway's program: the sheets are
comma-separated values, <code>journal.jsonl</code> has a line of JSON for each event, and <code>python3 verify.py</code> checks it.</p>
<table><tbody>${rows.map(([head, cell]) => `<tr><th scope="row">${text(head)}</th><td>${text(cell)}</td></tr>`).join('\n')}</tbody></table>
<h2>Controls</h2>
<p>Each row says what the bundle shows of a control. Whether the control is met is the auditor's to say.</p>
<table><thead><tr><th scope="col">standard</th><th scope="col">control</th><th scope="col">what is shown</th><th scope="col">where</th></tr></thead><tbody>
${CONTROLS.map(({ standard, id, title, shows, sheets }) => `<tr><td>${text(standard)}</td><td>${text(`${id} ${title}`)}</td><td>${text(shows)}</td><td>${sheets.map((name) => linkTo(name, facts)).join('<br>')}</td></tr>`).join('\n')}
</tbody></table>
<h2>Sheets</h2>
<table><thead><tr><th scope="col">sheet</th><th scope="col">what it is</th><th scope="col">rows</th></tr></thead><tbody>
<tr><td>${linkTo('rules', facts)}</td><td>The rules in force when this was gathered</td><td>${facts.rules}</td></tr>
${(Object.keys(SHEETS) as SheetName[]).map((name) => `<tr><td>${linkTo(name, facts)}</td><td>${text(SHEETS[name].title)}</td><td>${facts.counts[name]}</td></tr>`).join('\n')}
</tbody></table>
<h2>What it is not</h2>
<p>A hash chain on the gateway's own disk proves nothing against who owns that disk; a checkpoint that was kept elsewhere at the time does. Values that masks hide are masks here too. Requests of callers
who could not be authenticated are not recorded one by one.</p>
</body></html>
`;
}

function linkTo(name: SheetName | 'rules' | 'journal', { counts, rules }: BundleFacts): string {
  if (name === 'journal') return '<a href="journal.jsonl">journal.jsonl</a>';
  return `<a href="${name}.csv">${name}.csv</a> (${name === 'rules' ? rules : counts[name]})`;
}

function text(value: string | undefined): string {
  return (value ?? '').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
