/*
 * The screen on which a person answers questions, as a state machine without a terminal: keys and what is told of questions make the next state. One key answers,
 * and for some seconds one key takes that back, before anything is sent.
 *
 * T78: a yes is taken only of a question that is open and was scrolled to its end, as it is now: one that changes meanwhile has to be read again.
 */
import type { ApprovalView } from '../../../control/approval-contract.ts';

/** How long an answer can be taken back, in milliseconds. */
export const UNDO_MS = 3_000;

/** An answer that is about to be sent. */
export interface Pending {
  readonly id: string;
  readonly digest: string;
  readonly answer: 'approve' | 'reject';
  readonly reason: string;
  /** A yes to the rest of its command too. */
  readonly rest?: true;
  readonly sendAt: number;
}

/** What a person sees. */
export interface Screen {
  /** Those that wait, the oldest first. */
  readonly questions: readonly ApprovalView[];
  readonly selected: number;
  /** The question that is open, by its digest: of another, it is closed again. */
  readonly open: string | undefined;
  /** The first line of it that is seen. */
  readonly top: number;
  /** Whether its last line has been seen. */
  readonly isRead: boolean;
  /** Words of a no that are being typed. */
  readonly typing: string | undefined;
  readonly pending: Pending | undefined;
  /** One line below all. */
  readonly note: string;
  /** How the person left it. */
  readonly over: 'left' | 'interrupted' | undefined;
}

/** What is known of the terminal. */
export interface Sight {
  /** Lines of the open question. */
  readonly lines: number;
  /** How many of them are seen at once. */
  readonly height: number;
  readonly nowMs: number;
}

/** Nothing is there yet. */
export const EMPTY: Screen = {
  questions: [],
  selected: 0,
  open: undefined,
  top: 0,
  isRead: false,
  typing: undefined,
  pending: undefined,
  note: '',
  over: undefined,
};

/** The question that is selected. */
export function selectedOf({ questions, selected }: Screen): ApprovalView | undefined {
  return questions[selected];
}

/** Whether a yes to it can be widened to the rest of its command; what is known beforehand is covered by a plain one. */
export function isWidened(question: ApprovalView | undefined): boolean {
  return question?.shown.rest !== undefined && question.shown.rest.covers === undefined;
}

/** The screen with a question as it is now. */
export function told(screen: Screen, question: ApprovalView): Screen {
  const current = selectedOf(screen)?.id;
  const others = screen.questions.filter(({ id }) => id !== question.id);
  const isWaiting = question.state === 'pending' && question.mayAnswer;
  const at = screen.questions.findIndex(({ id }) => id === question.id);
  const questions = !isWaiting
    ? others
    : at < 0
      ? [...others, question].sort((a, b) => (a.id < b.id ? -1 : 1))
      : screen.questions.with(at, question);
  const selected = Math.max(
    0,
    questions.findIndex(({ id }) => id === current),
  );
  const next = { ...screen, questions, selected };
  return stillOpen(next) ? next : closed({ ...next, note: changedNote(screen, question) });
}

function stillOpen(screen: Screen): boolean {
  return screen.open === undefined || selectedOf(screen)?.digest === screen.open;
}

function changedNote({ open, note }: Screen, { state, id }: ApprovalView): string {
  if (open === undefined) return note;
  return state === 'pending' ? `${id} has changed: read it again` : `${id} is ${state}`;
}

function closed(screen: Screen): Screen {
  return { ...screen, open: undefined, top: 0, isRead: false, typing: undefined };
}

/** The screen after a key. */
export function pressed(screen: Screen, key: string, sight: Sight): Screen {
  if (key === 'ctrl-c') return { ...screen, over: 'interrupted', pending: undefined };
  if (screen.typing !== undefined) return typed(screen, key, sight);
  switch (key) {
    case 'q':
      return { ...screen, over: 'left' };
    case 'u':
      return screen.pending === undefined
        ? screen
        : { ...screen, pending: undefined, note: 'taken back: nothing was sent' };
    case 'enter':
      return screen.open === undefined ? opened(screen, sight) : closed(screen);
    case 'escape':
      return closed(screen);
    case 'down':
    case 'j':
      return screen.open === undefined ? moved(screen, 1) : scrolled(screen, 1, sight);
    case 'up':
    case 'k':
      return screen.open === undefined ? moved(screen, -1) : scrolled(screen, -1, sight);
    case 'space':
    case 'pagedown':
      return scrolled(screen, sight.height, sight);
    case 'pageup':
      return scrolled(screen, -sight.height, sight);
    case 'a':
      return approved(screen, sight);
    case 'A':
      return !isWidened(selectedOf(screen))
        ? { ...screen, note: 'the rest of its command cannot be approved with it' }
        : approved(screen, sight, { rest: true });
    case 'r':
      return selectedOf(screen) === undefined || screen.pending !== undefined
        ? screen
        : { ...screen, typing: '', note: '' };
    default:
      return screen;
  }
}

function opened(screen: Screen, sight: Sight): Screen {
  const question = selectedOf(screen);
  if (question === undefined) return screen;
  return { ...screen, open: question.digest, top: 0, isRead: sight.lines <= sight.height, note: '' };
}

function moved(screen: Screen, by: number): Screen {
  const selected = Math.min(Math.max(0, screen.selected + by), Math.max(0, screen.questions.length - 1));
  return { ...screen, selected };
}

function scrolled(screen: Screen, by: number, { lines, height }: Sight): Screen {
  if (screen.open === undefined) return screen;
  const top = Math.max(0, Math.min(screen.top + by, lines - height));
  return { ...screen, top, isRead: screen.isRead || top + height >= lines };
}

function approved(screen: Screen, { nowMs }: Sight, more: Pick<Pending, 'rest'> = {}): Screen {
  const question = selectedOf(screen);
  if (question === undefined || screen.pending !== undefined) return screen;
  if (question.preview === 'looking') return { ...screen, note: 'what it would do is still being looked up' };
  if (screen.open !== question.digest) return { ...screen, note: 'open it first, with enter' };
  if (!screen.isRead) return { ...screen, note: 'read it to its end first, with space' };
  return sending(screen, {
    id: question.id,
    digest: question.digest,
    answer: 'approve',
    reason: '',
    ...more,
    sendAt: nowMs + UNDO_MS,
  });
}

function sending(screen: Screen, pending: Pending): Screen {
  return { ...screen, pending, typing: undefined, note: '' };
}

/** The reason of a no is typed, and sent with enter. */
function typed(screen: Screen, key: string, { nowMs }: Sight): Screen {
  const [typing, question] = [screen.typing ?? '', selectedOf(screen)];
  if (key === 'escape' || question === undefined) return { ...screen, typing: undefined };
  if (key === 'enter')
    return sending(screen, {
      id: question.id,
      digest: question.digest,
      answer: 'reject',
      reason: typing,
      sendAt: nowMs + UNDO_MS,
    });
  if (key === 'backspace') return { ...screen, typing: [...typing].slice(0, -1).join('') };
  const character = key === 'space' ? ' ' : key;
  return [...character].length === 1 ? { ...screen, typing: typing + character } : screen;
}

/** The answer whose time has come, and the screen without it. */
export function due(screen: Screen, nowMs: number): readonly [Screen, Pending | undefined] {
  const { pending } = screen;
  return pending === undefined || nowMs < pending.sendAt
    ? [screen, undefined]
    : [{ ...screen, pending: undefined }, pending];
}
