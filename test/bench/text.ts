/* How fast a text is masked: a log, base64 in lines, and a log with colours and carriage returns, by the detectors alone and with 50 known values. */
import { createHash } from 'node:crypto';
import process from 'node:process';
import { detection } from '../../src/masking/detect/detection.ts';
import { knownValues } from '../../src/masking/text/known-values.ts';
import { type OutputEditor, outputEditor } from '../../src/masking/text/output-editor.ts';
import { median } from './figures.ts';

/** One figure: what passes in a second of processor time. */
export interface TextRow {
  readonly what: string;
  readonly megabytes: number;
}

const bytesOfText = 16 * 1024 * 1024;
const chunkBytes = 32 * 1024;
const rounds = 5;

/** The rows, printed by the runner. */
export function measureTexts(): readonly TextRow[] {
  const log = logOf(bytesOfText);
  const texts: readonly (readonly [string, Buffer])[] = [
    ['log', log],
    ['base64', Buffer.from(noise(bytesOfText).toString('base64').replaceAll(/.{76}/g, '$&\n'))],
    [
      'coloured log of a terminal',
      Buffer.from(log.toString().replaceAll('INFO', '\x1b[32mINFO\x1b[0m').replaceAll('\n', '\r\n')),
    ],
  ];
  const values = Array.from({ length: 50 }, (_, index) => ({
    value: Buffer.from(noise(24, index).toString('base64')),
    mask: 'mask',
  }));
  const ways = [
    ['detectors', undefined, false],
    ['detectors and 50 known values', knownValues(values), false],
    ['detectors, 50 known values, made safe to show', knownValues(values), true],
  ] as const;
  const found = detection();
  return texts.flatMap(([name, bytes]) =>
    ways.map(([way, known, isNeutralised]) => ({
      what: `${name}, ${way}`,
      megabytes: rateOf(bytes, () =>
        outputEditor({ detection: found, known, isNeutralised, isTerminal: false, isBinary: false }),
      ),
    })),
  );
}

function rateOf(bytes: Buffer, editorOf: () => OutputEditor): number {
  const rates = Array.from({ length: rounds }, () => {
    const editor = editorOf();
    const before = process.cpuUsage();
    for (let at = 0; at < bytes.length; at += chunkBytes) editor.write(bytes.subarray(at, at + chunkBytes));
    editor.end();
    const { user, system } = process.cpuUsage(before);
    return bytes.length / (user + system);
  });
  return median(rates);
}

function logOf(bytes: number): Buffer {
  const lines: string[] = [];
  for (let length = 0, count = 0; length < bytes; count++) {
    const line = `2026-11-29T03:27:56.${count % 1000}Z INFO request served method=GET path=/api/v1/namespaces/shop/pods/app-7d4b9c8f6d-x7k2p status=200 took=${count % 97}ms uid=0b2a8f5e-7c1d-4e1a-9c61-2f7b8d0c5a11\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join(''));
}

/** Bytes that look random, and are the same in each run. */
function noise(bytes: number, seed = 0): Buffer {
  return createHash('shake256', { outputLength: bytes }).update(`noise ${seed}`).digest();
}
