import type { ExchangeWholeView } from '../../../src/control/session-contract.ts';
import { Part } from '../approval/part.tsx';
import { valueText } from '../approval/value-text.ts';
import { Seen } from '../looks/seen.tsx';
import textStyles from '../looks/text.module.css';
import { callTexts } from '../words/session-texts.ts';

const words = callTexts;

/** What is kept of a body, and where it is not kept, how large it was. T54: it is text, whatever it says that it is. */
export function Body({ title, body }: { readonly title: string; readonly body: ExchangeWholeView['request'] }) {
  if (body === undefined || body.bytes === 0) return null;
  const hint = [body.mediaType, words.bytes(body.bytes)].filter(Boolean).join(', ');
  return (
    <Part title={title} hint={hint}>
      {body.text === undefined ? (
        <p className={textStyles.dim}>{words.notKept}</p>
      ) : (
        <pre className={textStyles.document}>
          <Seen>{valueText(body.text)}</Seen>
        </pre>
      )}
      {body.isWhole === false && <p className={textStyles.dim}>{words.part}</p>}
    </Part>
  );
}
