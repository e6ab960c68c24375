import type { ApprovalView } from '../../../control/approval-contract.ts';
import { escapeControl } from '../../escape-control.ts';
import { approvalLines } from '../approval-text.ts';
import type { Paint } from '../paint.ts';
import { isWidened, type Screen, selectedOf } from './screen.ts';

/** The size of a terminal, in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Lines that stand around what is read. */
const FRAME_ROWS = 4;

/** How many lines of the open question are seen at once. */
export function readingRows({ rows }: Size): number {
  return Math.max(3, rows - FRAME_ROWS);
}

/** The lines of a question as they fit a terminal. T78: what is too long goes on in the next line, and is not cut. */
export function readingLines(question: ApprovalView, { columns }: Size, paint: Paint): readonly string[] {
  return approvalLines(question, paint).flatMap((line) => wrapped(line, columns));
}

/** The whole screen, line by line. */
export function draw(screen: Screen, size: Size, paint: Paint, nowMs: number): readonly string[] {
  const question = selectedOf(screen);
  const height = readingRows(size);
  const body =
    screen.open === undefined || question === undefined
      ? listLines(screen, paint, size).slice(0, height)
      : readingLines(question, size, paint).slice(screen.top, screen.top + height);
  return [
    paint.strong(
      `${screen.questions.length} ${screen.questions.length === 1 ? 'question waits' : 'questions wait'} for you`,
    ),
    ...body,
    ...Array.from({ length: Math.max(0, height - body.length) }, () => ''),
    ...bottomLines(screen, nowMs),
  ];
}

function listLines({ questions, selected }: Screen, paint: Paint, { columns }: Size): readonly string[] {
  return questions.map((question, at) => {
    const { shown, asker, target, preview, closesAt } = question;
    const mark = preview === 'looking' ? 'looking' : shown.risk;
    const text = `${at === selected ? '>' : ' '} ${mark.padEnd(7)}  ${asker.subject}  ${shown.operation}  on ${target}  until ${closesAt}`;
    const line = [...escapeControl(text)].slice(0, columns).join('');
    return at === selected ? paint.strong(line) : preview === 'looking' ? line : paint[shown.risk](line);
  });
}

function bottomLines(screen: Screen, nowMs: number): readonly string[] {
  const { typing, pending, note, open, isRead } = screen;
  const approve = isWidened(selectedOf(screen)) ? 'a approve · A with the rest of its command' : 'a approve';
  const keys =
    open === undefined
      ? 'up/down select · enter open · r reject · u take back · q leave'
      : `up/down/space read · ${isRead ? approve : '(read to the end to approve)'} · r reject · enter close · u take back · q leave`;
  const line =
    typing !== undefined
      ? `why not? (enter sends, escape leaves it) ${escapeControl(typing)}`
      : pending !== undefined
        ? `${pending.answer}${pending.rest === true ? ' with the rest of its command' : ''} is sent in ${Math.max(0, Math.ceil((pending.sendAt - nowMs) / 1_000))} s: u takes it back`
        : escapeControl(note);
  return [line, keys];
}

/** Source: ECMA-48: a colour begins and ends a whole line here, so that it is put around each piece. */
function wrapped(line: string, columns: number): readonly string[] {
  const [, start = '', text = '', end = ''] = /^((?:\u001b\[\d+m)?)([\s\S]*?)((?:\u001b\[0m)?)$/.exec(line) ?? [];
  const characters = [...text];
  if (characters.length <= columns) return [line];
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += columns)
    pieces.push(start + characters.slice(at, at + columns).join('') + end);
  return pieces;
}
