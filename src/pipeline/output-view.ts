/*
 * How one reader sees what a program says: its caller, for whom an operator may have opened masks; or whoever looks at the recording, for whom none is open.
 */
import type { KnownValues } from '../masking/text/known-values.ts';
import { type OutputEditor, outputEditor } from '../masking/text/output-editor.ts';
import type { Permit } from '../model/permit.ts';
import { type Masking, openTo } from './masking.ts';

/** What a stream is. */
interface Said {
  readonly isTerminal: boolean;
  readonly isBinary: boolean;
  /** Absent: as its caller and its rule say. */
  readonly isNeutralised?: false;
}

/** Makes what edits a stream for a reader. */
export type OutputView = (said: Said) => OutputEditor;

type Reading = Pick<Permit, 'caller' | 'operation' | 'decision'>;

/** As the caller of a permit is shown it. `known`: values of the Secrets that its pod is given. */
export function callersView(
  masking: Pick<Masking, 'rules' | 'openFor'>,
  permit: Reading,
  known: KnownValues | undefined,
): OutputView {
  const open = openTo(masking, permit);
  return viewOf(masking, permit, open, open.has('secret-values') ? undefined : known);
}

/** As the recording keeps it. */
export function keptView(masking: Pick<Masking, 'rules'>, permit: Reading, known: KnownValues | undefined): OutputView {
  return viewOf(masking, permit, new Set(), known);
}

function viewOf(
  { rules }: Pick<Masking, 'rules'>,
  { caller, operation, decision }: Reading,
  open: ReadonlySet<string>,
  known: KnownValues | undefined,
): OutputView {
  const inForce = rules();
  const detection = inForce.textDetection(inForce.masksFor(caller, operation), open);
  const isNeutralised = decision.neutralise ?? caller.kind === 'autonomous';
  return (said) => outputEditor({ detection, known, isNeutralised, ...said });
}
