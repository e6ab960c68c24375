/* Questions on a terminal: what is told of them and what is typed go into the screen's state, and it is drawn anew. Nothing is sent but what its time has come for. */
import type { ReadStream, WriteStream } from 'node:tty';
import type { ApprovalView } from '../../../control/approval-contract.ts';
import { escapeControl } from '../../escape-control.ts';
import type { ControlClient } from '../client.ts';
import type { Paint } from '../paint.ts';
import { draw, readingLines, readingRows, type Size } from './draw.ts';
import { keysIn } from './keys.ts';
import { due, EMPTY, type Pending, pressed, type Screen, selectedOf, told } from './screen.ts';

/** What the screen needs of the world. */
export interface Terminal {
  readonly input: Pick<ReadStream, 'setRawMode' | 'on' | 'off' | 'resume' | 'pause' | 'setEncoding'>;
  readonly output: Pick<WriteStream, 'write' | 'columns' | 'rows'>;
  readonly paint: Paint;
  readonly now: () => number;
}

/** How often what is drawn goes by the clock, in milliseconds. */
const TICK_MS = 250;

/** Source: xterm's control sequences: the other screen, the cursor hidden. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H\u001b[2J';

/** How the person left; it ended where what tells of questions did. */
export async function watchScreen(
  client: ControlClient,
  terminal: Terminal,
): Promise<'left' | 'interrupted' | 'ended'> {
  const { input, output } = terminal;
  const over = Promise.withResolvers<'left' | 'interrupted'>();
  let screen: Screen = EMPTY;
  const show = (next: Screen) => {
    screen = next;
    if (screen.over !== undefined) over.resolve(screen.over);
    output.write(`${HOME}${draw(screen, sizeOf(terminal), terminal.paint, terminal.now()).join('\r\n')}`);
  };
  const send = (answer: Pending) =>
    void sent(client, answer).then((note) => show({ ...screen, note: escapeControl(note) }));
  const typed = (text: string) => {
    for (const key of keysIn(text)) show(pressed(screen, key, sightOf(screen, terminal)));
  };
  const timer = setInterval(() => {
    if (screen.pending === undefined) return;
    const [next, answer] = due(screen, terminal.now());
    show(next);
    if (answer !== undefined) send(answer);
  }, TICK_MS);
  output.write(ENTER);
  input.setEncoding('utf8');
  input.setRawMode(true);
  input.on('data', typed);
  input.resume();
  show(screen);
  try {
    const ended = follow(client, (question) => show(told(screen, question))).then(() => 'ended' as const);
    return await Promise.race([over.promise, ended]);
  } finally {
    clearInterval(timer);
    input.off('data', typed);
    input.setRawMode(false);
    input.pause();
    output.write(LEAVE);
  }
}

/** Those that wait now, and each as it changes; listened to before it is looked, so that no change falls between. */
async function follow(client: ControlClient, tell: (question: ApprovalView) => void): Promise<void> {
  const events = client.events('/approvals/events')[Symbol.asyncIterator]();
  const next = events.next();
  next.catch(() => {});
  const page = (await client.ask('GET', '/approvals?state=pending&limit=1000')) as { readonly items: ApprovalView[] };
  for (const question of page.items.toReversed()) tell(question);
  for (let event = await next; event.done !== true; event = await events.next()) tell(event.value as ApprovalView);
}

async function sent(client: ControlClient, { id, answer, digest, reason, rest }: Pending): Promise<string> {
  try {
    const { state } = (await client.ask('POST', `/approvals/${encodeURIComponent(id)}/${answer}`, {
      digest,
      reason,
      ...(rest === undefined ? {} : { rest: {} }),
    })) as ApprovalView;
    return `${id}: ${state}`;
  } catch (error) {
    return (error as Error).message;
  }
}

function sizeOf({ output }: Terminal): Size {
  return { columns: output.columns ?? 80, rows: output.rows ?? 24 };
}

function sightOf(screen: Screen, terminal: Terminal) {
  const question = selectedOf(screen);
  const size = sizeOf(terminal);
  const lines = question === undefined ? 0 : readingLines(question, size, terminal.paint).length;
  return { lines, height: readingRows(size), nowMs: terminal.now() };
}
