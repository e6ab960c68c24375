import { access, constants, readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Check, fault, warning, well } from '../../cli/doctor/check.ts';
import type { Config } from '../../config/load.ts';
import type { Clock } from '../../std/clock.ts';
import { counted } from '../../std/counted.ts';

/** File systems on which a journal does not outlive its machine or pod, or whose locks and syncs are not a disk's. Source: statfs(2) */
const KINDS: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'tmpfs: it is memory, and gone with the machine or pod'],
  [0x858458f6, 'ramfs: it is memory, and gone with the machine'],
  [0x794c7630, 'a container’s own layer: it is gone with the container'],
  [0x6969, 'NFS: its locks and syncs are not a disk’s'],
  [0xff534d42, 'CIFS: its locks and syncs are not a disk’s'],
]);

/** From so many days before the disk is full on, it is warned of. */
const DAYS_WARN = 7;
/** A rate is worked out of at least so long. */
const HOURS_MIN = 1;

/** The journal's folder: whether it can be written, on what kind of disk, how large it is, and how long there is room. */
export async function journalChecks(config: Config, clock: Clock): Promise<readonly Check[]> {
  const folder = config.journal.folder as string;
  const there = await nearest(folder);
  const isWritable = await access(there, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  const { bavail, bsize, blocks, type } = await statfs(there);
  const kind = KINDS.get(type);
  const size = await sizeOf(folder);
  const free = blocks === 0 ? undefined : bavail * bsize;
  return [
    isWritable
      ? well(
          'journal',
          folder,
          size.since === undefined
            ? 'it is empty'
            : `it holds ${megabytes(size.bytes)}, ${counted(size.files, 'file')}`,
        )
      : fault(
          'journal',
          folder,
          'its folder cannot be written by this user',
          'give it to the user of the gateway: nothing is forwarded that cannot be recorded',
        ),
    ...(kind === undefined
      ? []
      : [warning('journal', folder, `it is on ${kind}`, 'put `journal.folder` on a disk that stays')]),
    ...(free === undefined ? [] : [room(config, free, size, clock)]),
  ];
}

function room({ journal }: Config, free: number, { bytes, since }: Size, clock: Clock): Check {
  const [about, advice] = ['free space', 'make room, or move `journal.folder` to a larger disk'];
  const found = `${megabytes(free)} are free`;
  if (free < journal.freeBytesMin)
    return fault('journal', about, `${found}, less than \`journal.freeBytesMin\`: nothing is forwarded`, advice);
  if (free < journal.freeBytesWarn)
    return warning('journal', about, `${found}, less than \`journal.freeBytesWarn\``, advice);
  const hours = since === undefined ? 0 : (clock.now() - since) / 3_600_000;
  if (hours < HOURS_MIN || bytes === 0) return well('journal', about, found);
  const aDay = (bytes / hours) * 24;
  const days = Math.floor((free - journal.freeBytesMin) / aDay);
  const rate = `${found}; at ${megabytes(aDay)} a day there is room for ${counted(days, 'day')}`;
  return days < DAYS_WARN ? warning('journal', about, rate, advice) : well('journal', about, rate);
}

interface Size {
  readonly bytes: number;
  readonly files: number;
  /** When the oldest file was made; undefined where there is none. */
  readonly since: number | undefined;
}

async function sizeOf(folder: string): Promise<Size> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let [bytes, files, since] = [0, 0, undefined as number | undefined];
  for (const name of names) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (!found?.isFile() || name === 'lock') continue;
    bytes += found.size;
    files++;
    since = Math.min(since ?? Number.POSITIVE_INFINITY, found.birthtimeMs || found.mtimeMs);
  }
  return { bytes, files, since };
}

/** The folder, or the nearest above it that is there: what is to be made is made in it. */
async function nearest(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined);
  return found !== undefined || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${Math.round(bytes / 1e6)} MB`;
}
