import type { Edit } from '../inside/edit.ts';

/** What a string of JSON says; undefined where it is none. `content` is between the quotation marks. */
export function unescaped(content: Buffer): Buffer | undefined {
  if (!content.includes(0x5c)) return content;
  try {
    const text: unknown = JSON.parse(`"${content.toString('utf8').replace(/[\u0000-\u001f]/g, controlEscape)}"`);
    return Buffer.from(text as string, 'utf8');
  } catch {
    return undefined;
  }
}

function controlEscape(raw: string): string {
  return `\\u${raw.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * Edits of what a string says, as edits of how it is written from byte `from` on; all else stays as it is written, escapes too. Edits are in order and count bytes
 * of what it says.
 */
export function escapedEdits(content: Buffer, edits: readonly Edit[], from: number): readonly Edit[] {
  const hasEscapes = content.includes(0x5c);
  let [raw, said] = [0, 0];
  const seek = (place: number) => {
    if (!hasEscapes) return place;
    while (said < place && raw < content.length) {
      const { width, bytes } = unit(content, raw);
      raw += width;
      said += bytes;
    }
    return raw;
  };
  return edits.map(({ start, end, text }) => {
    const at = seek(start);
    return { start: from + at, end: from + seek(end), text: JSON.stringify(text).slice(1, -1) };
  });
}

/** How wide one written character is, and how many bytes it stands for. */
function unit(content: Buffer, at: number): { readonly width: number; readonly bytes: number } {
  if (content[at] !== 0x5c) return { width: 1, bytes: 1 };
  if (content[at + 1] !== 0x75) return { width: 2, bytes: 1 };
  const code = codeAt(content, at);
  if (code < 0x80) return { width: 6, bytes: 1 };
  if (code < 0x800) return { width: 6, bytes: 2 };
  const isPair = code >= 0xd800 && code < 0xdc00 && content[at + 6] === 0x5c && content[at + 7] === 0x75;
  const low = isPair ? codeAt(content, at + 6) : 0;
  return low >= 0xdc00 && low < 0xe000 ? { width: 12, bytes: 4 } : { width: 6, bytes: 3 };
}

function codeAt(content: Buffer, at: number): number {
  return Number.parseInt(content.toString('latin1', at + 2, at + 6), 16);
}
