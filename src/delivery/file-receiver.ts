import { type FileHandle, open } from 'node:fs/promises';
import { type Receiver, TAKEN } from './receiver.ts';

/** A file that grows by a line for each record; it has taken them when the disk has. Opened anew each time, so that whoever moves it away gets a new one. */
export function fileReceiver(path: string): Receiver {
  return {
    async take({ records }) {
      const handle = await open(path, 'a+', 0o600);
      try {
        const lines = records.map(({ text }) => `${text}\n`).join('');
        await handle.appendFile((await isTorn(handle)) ? `\n${lines}` : lines);
        await handle.datasync();
      } finally {
        await handle.close();
      }
      return TAKEN;
    },
  };
}

/** What a gateway was writing when it ended is no line; the records come again. */
async function isTorn(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 10;
}
