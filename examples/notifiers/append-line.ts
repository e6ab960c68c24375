/*
 * A notifier of one's own: a line of JSON for each notice, appended to a file. In sallyport.yaml:
 *
 *   notifiers: [{ name: file, module: { file: append-line.ts } }]
 *
 * and in a policy: `notify: [{ on: ["*"], to: [file] }]`. Node runs it as it is; in JavaScript leave the types out.
 */
import { appendFile } from 'node:fs/promises';
import type { NotifierModule } from '../../src/control/notices/own-module.ts';

/** Appends to this file. */
export function appendTo(file: string): NotifierModule['send'] {
  return async ({ at, kind, title, facts }, { link, signal }) => {
    signal.throwIfAborted();
    const line = { at: new Date(at).toISOString(), kind, title, facts, link };
    await appendFile(file, `${JSON.stringify(line)}\n`);
    // Nothing to go on with for the next notice about the same.
    return undefined;
  };
}

export const send = appendTo('sallyport-notices.jsonl');
