// What kubectl is made to do. A row may build on what the rows before it left; each run of the table starts in a fresh namespace
// with what manifests/setup.yaml describes.

import { readingRows } from './kubectl-reading-rows.ts';
import { streamingRows } from './kubectl-streaming-rows.ts';
import { writingRows } from './kubectl-writing-rows.ts';
import type { Row } from './row.ts';

/** kubectl's rows, in order. */
export const kubectlRows: readonly Row[] = [...readingRows, ...writingRows, ...streamingRows];
