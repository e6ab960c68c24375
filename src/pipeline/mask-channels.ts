/*
 * What a command in a container says is masked as text, channel by channel, and made safe to show where its reader is a program: in every protocol alike,
 * since the connector takes the channels apart.
 */
import { isCopy } from '../masking/text/is-copy.ts';
import type { KnownValues } from '../masking/text/known-values.ts';
import type { OutputEditor } from '../masking/text/output-editor.ts';
import type { Channel, ChannelEditor } from '../model/channels.ts';
import type { Permit } from '../model/permit.ts';
import { Refusal } from '../model/refusal.ts';
import type { DuplexReply } from '../model/reply.ts';
import type { Masking } from './masking.ts';
import { callersView } from './output-view.ts';
import type { Recording } from './recording.ts';

/**
 * Attaches to what an exec or attach says. Output that is not text (the archives of `kubectl cp` among it) passes as it is; where a value that must be masked is in
 * it, the stream is ended with a sentence.
 *
 * @throws {Refusal} OUTCOME_UNKNOWN nobody can tell its channels apart, so that nothing in it could be masked; the command may have run
 */
export function maskChannels(
  permit: Permit,
  reply: DuplexReply,
  known: KnownValues | undefined,
  masking: Pick<Masking, 'rules' | 'openFor'>,
  recording: Pick<Recording, 'edits'>,
): void {
  const { operation } = permit;
  if (operation.power !== 'exec' && operation.power !== 'attach') return;
  if (reply.channels === undefined) {
    reply.socket.destroy();
    throw new Refusal(
      'OUTCOME_UNKNOWN',
      'the target answered in a protocol whose channels cannot be told apart, so what the command says is withheld',
    );
  }
  const view = callersView(masking, permit, known);
  const editors: OutputEditor[] = [];
  recording.edits(() => summed(editors));
  reply.channels.attach((channel) => {
    if (!isOutput(channel)) return undefined;
    const editor = view({
      isTerminal: operation.stream?.isTty ?? false,
      isBinary: channel.name === 'stdout' && isCopy(operation.stream?.argv ?? []),
    });
    editors.push(editor);
    return endingEditor(editor, channel, reply);
  });
}

function isOutput({ name, direction }: Channel): boolean {
  return direction === 'toCaller' && (name === 'stdout' || name === 'stderr');
}

function endingEditor(editor: OutputEditor, { name }: Channel, reply: DuplexReply): ChannelEditor {
  let isEnded = false;
  const checked = (bytes: Buffer) => {
    const { mustEnd } = editor;
    if (mustEnd !== undefined && !isEnded) {
      isEnded = true;
      const message = `what came on ${name} is not text, and a value that must be masked is in it (${mustEnd.by})`;
      reply.end({ why: 'fault', message });
    }
    return bytes;
  };
  return {
    kind: 'editor',
    write: (chunk) => checked(editor.write(chunk)),
    end: () => checked(editor.end()),
  };
}

function summed(editors: readonly OutputEditor[]): { readonly masked: number; readonly neutralised: number } {
  return editors.reduce(
    (sum, { counts }) => ({
      masked: sum.masked + counts.masked,
      neutralised: sum.neutralised + counts.neutralised,
    }),
    { masked: 0, neutralised: 0 },
  );
}
