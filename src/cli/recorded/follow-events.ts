import { setTimeout } from 'node:timers/promises';
import { type Place, readOn } from '../../catalog/read-on.ts';
import type { Event } from '../../recording/event.ts';
import { CliError } from '../cli-error.ts';

/** How often a journal is looked at for more. */
const LOOK_MS = 500;

/**
 * The events of a journal from its beginning and on, as they are written; `end` each time that there is no more for now.
 *
 * @throws {CliError} the chain does not go on
 */
export async function* followEvents(folder: string): AsyncGenerator<readonly Event[] | 'end'> {
  for (let place: Place | undefined; ; await setTimeout(LOOK_MS)) {
    const reading = readOn(folder, place);
    let step = await reading.next();
    for (; !step.done; step = await reading.next()) {
      place = step.value.to;
      yield step.value.events.map(({ event }) => event);
    }
    if (step.value !== 'end')
      throw new CliError(
        `the journal does not go on behind event ${place?.seq ?? 0}: \`sallyport journal verify\` says where`,
      );
    yield 'end';
  }
}
