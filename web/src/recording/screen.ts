/*
 * A terminal without a screen: it takes what a recording says and knows what would be seen. What is drawn from it is text in elements of this page's own: nothing that
 * a recording says is markup, a link, a title, an image or a file (T54). It answers nothing: its own replies go nowhere.
 */
import { type IBufferCell, Terminal } from '@xterm/headless/lib-headless/xterm-headless.mjs';
import { type Cast, sizeOf } from './cast.ts';

/** Characters beside each other that look the same. */
export interface Run {
  readonly text: string;
  readonly look: Look;
}

/** How they look: colours as the terminal's own 16 by name, else as they were said. */
export interface Look {
  readonly color?: string;
  readonly background?: string;
  readonly isBold: boolean;
  readonly isDim: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
}

/** Plays a recording to any moment, forwards or back. */
export class Screen {
  #cast: Cast;
  #terminal: Terminal;
  /** Events that it has taken. */
  #taken = 0;

  constructor(cast: Cast) {
    this.#cast = cast;
    this.#terminal = newTerminal(cast);
  }

  /** The screen as it was at this moment, line by line. */
  async at(ms: number): Promise<readonly (readonly Run[])[]> {
    const { events } = this.#cast;
    if ((events[this.#taken - 1]?.atMs ?? 0) > ms) {
      this.#terminal.dispose();
      this.#terminal = newTerminal(this.#cast);
      this.#taken = 0;
    }
    for (let event = events[this.#taken]; event !== undefined && event.atMs <= ms; event = events[this.#taken]) {
      this.#taken++;
      const size = event.channel === 'r' ? sizeOf(event.data) : undefined;
      if (size !== undefined) this.#terminal.resize(size.columns, size.rows);
      if (event.channel === 'o') await this.#write(event.data);
    }
    return linesOf(this.#terminal);
  }

  /** The last screen of the same recording, of which there is more by now. */
  async grown(cast: Cast): Promise<readonly (readonly Run[])[]> {
    this.#cast = cast;
    return this.at(cast.durationMs);
  }

  #write(data: string): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(data, resolve));
  }
}

function newTerminal({ columns, rows }: Cast): Terminal {
  return new Terminal({ cols: columns, rows, scrollback: 0, allowProposedApi: true });
}

function linesOf(terminal: Terminal): readonly (readonly Run[])[] {
  const { active } = terminal.buffer;
  return Array.from({ length: terminal.rows }, (_, row) => {
    const line = active.getLine(active.viewportY + row);
    const runs: { text: string; readonly look: Look; readonly key: string }[] = [];
    for (let column = 0; line !== undefined && column < line.length; column++) {
      const cell = line.getCell(column);
      if (cell === undefined || cell.getWidth() === 0) continue;
      const look = lookOf(cell);
      const key = JSON.stringify(look);
      const last = runs.at(-1);
      const text = cell.isInvisible() !== 0 ? ' ' : cell.getChars() || ' ';
      if (last?.key === key) last.text += text;
      else runs.push({ text, look, key });
    }
    return runs;
  });
}

function lookOf(cell: IBufferCell): Look {
  const [front, back] = [colorOf(cell, 'front'), colorOf(cell, 'back')];
  const isInverse = cell.isInverse() !== 0;
  const color = isInverse ? (back ?? 'var(--sunk)') : front;
  const background = isInverse ? (front ?? 'var(--ink)') : back;
  return {
    ...(color === undefined ? {} : { color }),
    ...(background === undefined ? {} : { background }),
    isBold: cell.isBold() !== 0,
    isDim: cell.isDim() !== 0,
    isItalic: cell.isItalic() !== 0,
    isUnderlined: cell.isUnderline() !== 0,
  };
}

function colorOf(cell: IBufferCell, side: 'front' | 'back'): string | undefined {
  const isFront = side === 'front';
  const value = isFront ? cell.getFgColor() : cell.getBgColor();
  if (isFront ? cell.isFgRGB() : cell.isBgRGB()) return `#${value.toString(16).padStart(6, '0')}`;
  if (!(isFront ? cell.isFgPalette() : cell.isBgPalette())) return undefined;
  if (value < 16) return `var(--ansi-${value})`;
  if (value >= 232) {
    const grey = 8 + (value - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const step = (n: number) => (n === 0 ? 0 : 55 + n * 40);
  const cube = value - 16;
  return `rgb(${step(Math.floor(cube / 36))} ${step(Math.floor(cube / 6) % 6)} ${step(cube % 6)})`;
}
