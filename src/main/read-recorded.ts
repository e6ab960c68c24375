import type { OperationReader } from '../cli/recorded/recall.ts';
import { equivalents } from '../connectors/kubernetes/equivalents.ts';
import { powerOf } from '../connectors/kubernetes/powers.ts';
import { requestInfo } from '../connectors/kubernetes/request/request-info.ts';
import { streamOptions } from '../connectors/kubernetes/request/stream-options.ts';
import { writeOptions } from '../connectors/kubernetes/request/write-options.ts';
import { textMaskPrefix } from '../masking/text/text-mask.ts';
import { Refusal } from '../model/refusal.ts';

/** A recorded operation as the data path read it, by the same readers, but for its body; undefined where its path holds a mask. */
export const readRecorded: OperationReader = ({ target, method }, { path, query, power, stream, body }) => {
  if (path.includes(textMaskPrefix)) return undefined;
  const argv = (stream?.argv ?? []).map((word) => ['command', word] as const);
  const pairs = [...query, ...argv].map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
  const uri = `${path.split('/').map(encodeURIComponent).join('/')}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
  try {
    const info = requestInfo(method, uri);
    const found = info.isResourceRequest ? powerOf(info) : undefined;
    if (found !== power) return undefined;
    const asked = streamOptions(info, found, { upgrade: undefined, headers: new Map() });
    return {
      target,
      ...info,
      power: found,
      equals: equivalents(info),
      isChange: body !== undefined,
      isStream: stream !== undefined,
      isSecret: false,
      options: writeOptions(info, found, {}),
      // Which ports stand in the query and which in the stream, the protocol said.
      stream: asked === undefined ? undefined : { ...asked, ports: stream?.ports ?? [] },
      body: undefined,
    };
  } catch (thrown) {
    if (thrown instanceof Refusal) return undefined;
    throw thrown;
  }
};
