import { builtInDetection } from '../masking/detect/built-in-detection.ts';
import type { Detection } from '../masking/detect/detection.ts';
import { maskedText } from '../masking/text/masked-text.ts';

/** What parts of a gateway say: a sentence, with what there is to say of it before it. */
interface Say {
  (fields: object, sentence: string): void;
  (sentence: string): void;
}

/** Where parts of a gateway say what becomes of them. */
export interface Log {
  readonly info: Say;
  readonly warn: Say;
  readonly error: Say;
}

/** What knows values, asked for each line, since masks of policy come and go. */
type Knowing = () => Pick<Detection, 'inString'>;

/** A log whose lines hold no value that detectors know: the built-in ones, until it is told to follow others. */
interface MaskedLog extends Log {
  readonly follow: (detection: Knowing) => void;
}

/** What is said there is masked, whoever says it: the text of an unexpected error may quote whatever was read when it was thrown. */
export function maskedLog(log: Log): MaskedLog {
  let detection: Knowing = builtInDetection;
  const masking = (level: keyof Log): Say => {
    return (said: object | string, sentence?: string) => {
      const known = detection();
      if (typeof said === 'string') log[level](maskedText(said, known));
      else log[level](maskedFields(said, known), maskedText(sentence ?? '', known));
    };
  };
  return {
    info: masking('info'),
    warn: masking('warn'),
    error: masking('error'),
    follow: (others) => {
      detection = others;
    },
  };
}

/** What an error is for the log. */
export function describedFault(error: unknown): string {
  return (error instanceof Error ? error.stack : undefined) ?? String(error);
}

/** Has an error that nothing catches end the process as it does by itself, but told in the log: by itself its text would be printed as it is. */
export function endByLog(log: Log): void {
  const masked = maskedLog(log);
  process.on('uncaughtException', (error) => {
    masked.error({ error: describedFault(error) }, 'the gateway ends: nothing caught an error');
    process.exit(1);
  });
}

function maskedFields(said: object, known: Pick<Detection, 'inString'>): object {
  return Object.fromEntries(Object.entries(said).map(([key, value]) => [key, maskedValue(value, known)]));
}

function maskedValue(value: unknown, known: Pick<Detection, 'inString'>): unknown {
  if (typeof value === 'string') return maskedText(value, known);
  if (Array.isArray(value)) return value.map((each) => maskedValue(each, known));
  return typeof value === 'object' && value !== null ? maskedFields(value, known) : value;
}
