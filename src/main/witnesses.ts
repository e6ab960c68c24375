/*
 * Who is given the checkpoints of the journal, out of reach of who has its disk. Each checkpoint says all that those before it said, so only the newest waits for a witness
 * that does not take it; it is given again until it is taken, and once more at each start.
 */
import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import { openCheckpoint } from '../recording/checkpoint.ts';
import type { Seal } from '../recording/seal.ts';
import { counted } from '../std/counted.ts';
import { request } from '../std/http-client.ts';
import type { Told } from './observe.ts';

type Place = NonNullable<Config['journal']['witnesses']>[number];

/** How long one try may take, and how long until the next. */
const TRY_MS = 10_000;
const RETRY_MS = 30_000;

interface Witness {
  readonly place: Place;
  waiting: string | undefined;
  failure: string | undefined;
  /** Why it was not compared at start. */
  unread: string | undefined;
  giving: Promise<void> | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** Gives checkpoints to witnesses. */
export class Witnesses {
  readonly #witnesses: readonly Witness[];
  readonly #told: Pick<Told, 'log'>;
  readonly #retryMs: number;
  readonly #stop = new AbortController();

  constructor(places: readonly Place[], told: Pick<Told, 'log'>, retryMs = RETRY_MS) {
    this.#told = told;
    this.#retryMs = retryMs;
    this.#witnesses = places.map((place) => ({
      place,
      waiting: undefined,
      failure: undefined,
      unread: undefined,
      giving: undefined,
      timer: undefined,
    }));
  }

  /**
   * What a witness has and the journal has not, in one sentence without a final stop. A folder that cannot be read is told of, and says nothing.
   *
   * Security: checkpoints of which no key of this journal opens one are not the same as none: who wipes the journal and its key would else begin anew in silence.
   */
  async compare(keys: readonly string[], seals: readonly Seal[]): Promise<string | undefined> {
    const last = seals.at(-1);
    for (const witness of this.#witnesses) {
      const kept = await this.#keptBy(witness, keys);
      if (kept === undefined) continue;
      if (kept === 'of-other-keys')
        return `the witness \`${witness.place.folder}\` has checkpoints that this journal’s key did not sign: what they are of is gone, or the folder is another gateway’s`;
      const { size, root, name } = kept;
      if (last === undefined || size > last.to)
        return `the witness has a checkpoint of ${counted(size, 'event')} (\`${name}\`), and ${last?.to ?? 0} are sealed here: what came after was cut off`;
      const ours = seals.find((seal) => seal.to >= size);
      if (ours !== seals[0] || ours?.to === size)
        if (ours?.to !== size || !ours.root.equals(root))
          return `the first ${size} events are not those that the witness has a checkpoint of (\`${name}\`)`;
    }
    return undefined;
  }

  async #keptBy(witness: Witness, keys: readonly string[]): Promise<Awaited<ReturnType<typeof newestIn>>> {
    const { folder } = witness.place;
    if (folder === undefined) return undefined;
    try {
      return await newestIn(folder, keys);
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      // Before the first checkpoint is given, there is no folder.
      if (why === 'ENOENT') return undefined;
      this.#told.log.error(
        { witness: folder, why },
        'the checkpoints of a witness cannot be read, and are not compared',
      );
      witness.unread = why;
      return undefined;
    }
  }

  /** Gives each the checkpoint, now and until it is taken. */
  tell(note: string): void {
    for (const witness of this.#witnesses) {
      witness.waiting = note;
      this.#give(witness);
    }
  }

  /** Who has not taken what it was given. */
  warnings(): readonly string[] {
    return this.#witnesses.flatMap(({ place, failure, unread }) => [
      ...(failure === undefined
        ? []
        : [`a witness does not take the journal’s checkpoints (${nameOf(place)}): ${failure}`]),
      ...(unread === undefined
        ? []
        : [`the checkpoints of a witness were not compared at start (${nameOf(place)}): ${unread}`]),
    ]);
  }

  /** Waits for what is under way, for a moment. */
  async close(): Promise<void> {
    for (const { timer } of this.#witnesses) clearTimeout(timer);
    const timer = setTimeout(() => this.#stop.abort(), TRY_MS);
    await Promise.all(this.#witnesses.map(({ giving }) => giving));
    clearTimeout(timer);
    this.#stop.abort();
  }

  #give(witness: Witness): void {
    if (witness.giving !== undefined) return;
    witness.giving = this.#giveAll(witness).finally(() => {
      witness.giving = undefined;
    });
  }

  async #giveAll(witness: Witness): Promise<void> {
    clearTimeout(witness.timer);
    for (let note = witness.waiting; note !== undefined; note = witness.waiting) {
      try {
        await give(witness.place, note, AbortSignal.any([this.#stop.signal, AbortSignal.timeout(TRY_MS)]));
      } catch (error) {
        const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
        if (witness.failure !== why)
          this.#told.log.error({ witness: nameOf(witness.place), why }, 'a witness does not take a checkpoint');
        witness.failure = why;
        if (!this.#stop.signal.aborted) witness.timer = setTimeout(() => this.#give(witness), this.#retryMs).unref();
        return;
      }
      witness.failure = undefined;
      if (witness.waiting === note) witness.waiting = undefined;
    }
  }
}

/** Security: of a URL only its host, since its path may be the secret. */
function nameOf({ folder, webhook }: Place): string {
  return folder ?? new URL(webhook?.url ?? '').host;
}

async function give({ folder, webhook }: Place, note: string, signal: AbortSignal): Promise<void> {
  if (folder !== undefined) await keep(folder, note);
  else if (webhook !== undefined) await post(webhook, note, signal);
}

/** A file that is there already has said the same. */
async function keep(folder: string, note: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const size = note.split('\n')[1] ?? '';
  try {
    const file = await open(join(folder, `${size.padStart(15, '0')}.checkpoint`), 'wx', 0o400);
    try {
      await file.writeFile(note);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function post(
  { url, tokenFile }: NonNullable<Place['webhook']>,
  note: string,
  signal: AbortSignal,
): Promise<void> {
  const token = tokenFile === undefined ? undefined : (await readFile(tokenFile, 'utf8')).trim();
  const { statusCode, body } = await request(url, {
    method: 'POST',
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: note,
    signal,
  });
  await body.dump();
  if (statusCode < 200 || statusCode > 299) throw new Error(`it answered ${statusCode}`);
}

/** The newest checkpoint in a folder that one of these keys signed; a file that a crash cut short is none. `of-other-keys`: there are some, and none is theirs. */
async function newestIn(folder: string, keys: readonly string[]) {
  const names = (await readdir(folder)).filter((name) => /^\d{15}\.checkpoint$/.test(name)).sort();
  let isAnyWhole = false;
  for (const name of names.reverse()) {
    const note = await readFile(join(folder, name), 'utf8');
    isAnyWhole ||= /\n\n\u2014 [^\n]+\n$/.test(note);
    for (const key of keys) {
      const opened = openCheckpoint(note, key);
      if (typeof opened !== 'string') return { ...opened, name };
    }
  }
  return isAnyWhole ? ('of-other-keys' as const) : undefined;
}
