import type { ByteSource } from '../std/byte-source.ts';

/** What edits bytes while they pass; it throws where nothing more may pass. */
export interface BytesEditor {
  write(chunk: Buffer): Buffer;
  end(): Buffer;
}

/** The bytes as an editor lets them out; where it throws, the source is given up and the reader is told that it broke off. */
export function editedSource(source: ByteSource, editor: BytesEditor): ByteSource {
  return {
    start(sink) {
      let isOver = false;
      const giveUp = (thrown: unknown) => {
        isOver = true;
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        source.cancel(error);
        sink.fail(error);
      };
      source.start({
        write(chunk) {
          if (isOver) return false;
          try {
            const edited = editor.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
            return edited.length === 0 || sink.write(edited);
          } catch (error) {
            giveUp(error);
            return false;
          }
        },
        end(trailers) {
          if (isOver) return;
          try {
            const rest = editor.end();
            if (rest.length > 0) sink.write(rest);
          } catch (error) {
            giveUp(error);
            return;
          }
          sink.end(trailers);
        },
        fail(error) {
          if (!isOver) sink.fail(error);
        },
      });
    },
    resume: () => source.resume(),
    cancel: (reason) => source.cancel(reason),
  };
}
