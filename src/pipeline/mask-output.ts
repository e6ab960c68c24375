/*
 * What a program says is masked as text, whatever type its reply says it has, and made safe to show where its reader is a program too.
 */
import type { KnownValues } from '../masking/text/known-values.ts';
import type { OutputEditor } from '../masking/text/output-editor.ts';
import type { Permit } from '../model/permit.ts';
import { Refusal } from '../model/refusal.ts';
import type { StreamReply, UnaryReply } from '../model/reply.ts';
import { bytesSource } from '../std/byte-source.ts';
import { type BytesEditor, editedSource } from './edited-source.ts';
import { maskedHeaders } from './masked-headers.ts';
import type { Masking } from './masking.ts';
import { callersView } from './output-view.ts';
import type { Recording } from './recording.ts';
import { headerOf, withoutHeaders } from './reply-headers.ts';

const untrue: ReadonlySet<string> = new Set(['content-length']);

/** Whether the reply is what a program in a pod says (a log), or why it could not be asked or its upgrade was refused, and not what an application serves behind a proxy. */
export function isOutput({ operation }: Permit): boolean {
  return operation.stream !== undefined && operation.stream.proxyPath === undefined;
}

/**
 * The log without values that detectors know, but those that an operator has opened for the caller, and without control sequences where the caller is a program or a rule says so.
 *
 * A log that is not text is never edited: where a value is in it, it breaks off. A failure in JSON stays JSON: nothing in it is made safe to show.
 *
 * @throws {Refusal} ENCODING_NOT_ACCEPTABLE it came compressed, so that nobody could look into it
 */
export function maskOutput<R extends UnaryReply | StreamReply>(
  permit: Permit,
  reply: R,
  known: KnownValues | undefined,
  masking: Pick<Masking, 'rules' | 'openFor'>,
  recording: Pick<Recording, 'edits' | 'timed' | 'masksTurn'>,
): R {
  const encoding = headerOf(reply.headers, 'content-encoding');
  if (encoding !== undefined && encoding !== 'identity') {
    reply.body.cancel(new Error('its encoding cannot be read'));
    throw new Refusal(
      'ENCODING_NOT_ACCEPTABLE',
      'the log came compressed, so that nothing in it could be masked; ask for it without `Accept-Encoding`',
    );
  }
  const editor = callersView(masking, permit, known)({ isTerminal: false, isBinary: false, ...asWritten(reply) });
  recording.edits(() => editor.counts);
  const headers = withoutHeaders(reply.headers, untrue);
  if (reply.kind === 'unary' && reply.whole !== undefined) {
    const bytes = recording.timed(() => maskedWhole(editor, reply.whole as Buffer));
    return {
      ...reply,
      headers: [...headers, 'Content-Length', String(bytes.length)],
      body: bytesSource(bytes),
      whole: bytes,
    };
  }
  return {
    ...reply,
    headers,
    body: editedSource(reply.body, endedByBinary(editor), recording, (trailers) =>
      maskedHeaders(permit, trailers, known, masking),
    ),
  };
}

/** What shows harm instead of doing it would leave no JSON of a failure. */
function asWritten({ status, headers }: UnaryReply | StreamReply): { readonly isNeutralised?: false } {
  const isJson = status > 299 && headerOf(headers, 'content-type')?.startsWith('application/json') === true;
  return isJson ? { isNeutralised: false } : {};
}

/** Of what is not text and has a value in it, nothing. */
function maskedWhole(editor: OutputEditor, whole: Buffer): Buffer {
  const bytes = Buffer.concat([editor.write(whole), editor.end()]);
  return editor.mustEnd === undefined ? bytes : Buffer.alloc(0);
}

/** What is not text and has a value in it breaks off. */
function endedByBinary(editor: OutputEditor): BytesEditor {
  const orEnd = (bytes: Buffer) => {
    if (editor.mustEnd === undefined) return bytes;
    throw new Error(`it is not text, and a value that must be masked is in it (${editor.mustEnd.by})`);
  };
  return { write: (chunk) => orEnd(editor.write(chunk)), end: () => orEnd(editor.end()) };
}
