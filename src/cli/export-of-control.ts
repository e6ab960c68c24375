import type { ExchangeRowView, SessionStoryView } from '../control/session-contract.ts';
import type { ExportFormat } from '../recording/formats/exported.ts';
import { CliError } from './cli-error.ts';
import { type ControlClient, ControlRefusal } from './control/client.ts';
import { escapeControl } from './escape-control.ts';
import { castOf } from './export-cast.ts';
import { controlPages } from './recorded/control-pages.ts';
import { writeOut } from './write-out.ts';

/** Limit: exchanges of a session among which one that can be played is looked for. */
const EXCHANGES_MAX = 10_000;

/**
 * Prints what the control plane has of a session, or of what a terminal showed of an exchange.
 *
 * @throws {CliError} the format needs the journal itself, or there is nothing to export, or more than one recording
 */
export async function exportOfControl(
  client: ControlClient,
  id: string,
  format: ExportFormat | 'asciicast' | 'proven',
): Promise<void> {
  if (format === 'proven') throw new CliError('`proven` is made of a journal’s files: run it where they are');
  if (format === 'asciicast') {
    const exchange = await playable(client, id);
    const lines = client.lines(`/exchanges/${encodeURIComponent(exchange)}/recording`);
    for await (const line of castOf(lines)) await writeOut(`${line}\n`);
    return;
  }
  for await (const line of client.lines(`/sessions/${encodeURIComponent(id)}/export?format=${format}`))
    await writeOut(`${escapeControl(line)}\n`);
}

/** The one exchange of a session that can be played; what is no session is one itself. */
async function playable(client: ControlClient, id: string): Promise<string> {
  const found = await controlPages<ExchangeRowView, SessionStoryView>(
    client,
    `/sessions/${encodeURIComponent(id)}`,
    {},
    EXCHANGES_MAX,
  ).catch((error: unknown) => {
    if (error instanceof ControlRefusal && error.problem.code === 'NOT_FOUND') return undefined;
    throw error;
  });
  if (found === undefined) return id;
  const [only, ...more] = found.items.filter(({ recording }) => recording !== undefined);
  if (only === undefined) throw new CliError(`nothing that could be played is kept of \`${escapeControl(id)}\``);
  if (more.length > 0)
    throw new CliError(
      `\`${escapeControl(id)}\` has ${more.length + 1} recordings: name one of ${[only, ...more].map((each) => escapeControl(each.id)).join(', ')}`,
    );
  return only.id;
}
