/*
 * Which object a request made, kept beside what was there before: nothing. The reply alone says it for sure; its name may be another's by the time that it is undone.
 */
import type { Connector } from '../../connectors/connector.ts';
import type { Permit } from '../../model/permit.ts';
import type { Reply } from '../../model/reply.ts';
import type { ByteSource } from '../../std/byte-source.ts';
import type { PreImages } from '../pre-images.ts';

interface Parts {
  readonly connector: Pick<Connector, 'undo'>;
  readonly preImages: PreImages;
}

/** Limit: bytes of a reply that are read for it; of a longer one it is not known what was made. */
const REPLY_BYTES_MAX = 4 * 1024 * 1024;

/**
 * What forwarding answers, as it is; where it says that an object was made, and a rule has it kept, it ends when the object's uid is on the disk. What cannot be read or
 * kept has no way back; it is done, so it is answered all the same.
 */
export async function keepMade(
  { connector, preImages }: Parts,
  { decision, operation, request }: Permit,
  forward: () => Promise<Reply>,
): Promise<Reply> {
  const reply = await forward();
  if (decision.record?.preImage !== true || reply.kind !== 'unary' || reply.status !== 201) return reply;
  if (connector.undo.foreseen(operation).kind === 'none') return reply;
  const keep = async (bytes: Buffer) => {
    const image = await preImages.read(request.id);
    const uid = connector.undo.madeUid(bytes);
    if (image?.object === null && uid !== undefined) await preImages.keep({ ...image, madeUid: uid });
  };
  return { ...reply, body: readSource(reply.body, keep) };
}

/** The same bytes; they end when `read` has had them, whatever comes of that. */
function readSource(source: ByteSource, read: (bytes: Buffer) => Promise<void>): ByteSource {
  let isCancelled = false;
  return {
    start(sink) {
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      source.start({
        write(chunk) {
          bytes += chunk.length;
          if (bytes <= REPLY_BYTES_MAX) chunks.push(Uint8Array.from(chunk));
          return sink.write(chunk);
        },
        end(trailers) {
          const over = () => {
            if (!isCancelled) sink.end(trailers);
          };
          if (bytes > REPLY_BYTES_MAX) over();
          else void read(Buffer.concat(chunks)).then(over, over);
        },
        fail: (error) => sink.fail(error),
      });
    },
    resume: () => source.resume(),
    cancel(reason) {
      isCancelled = true;
      source.cancel(reason);
    },
  };
}
