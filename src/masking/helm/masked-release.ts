/*
 * The record of a Helm release (Helm 3 and 4 write the same): base64 of gzip of JSON, in the data of a Secret of type `helm.sh/release.v1` in base64 once more.
 *
 * It is decoded, its JSON edited in place and encoded again, so that Helm reads it as before; what is masked nowhere stays as it is written, byte for byte.
 * Source: helm.sh/helm/v4/pkg/storage/driver, encodeRelease and decodeRelease
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { applyEdits } from '../inside/edit.ts';
import type { InsideOptions } from '../inside/inside-edits.ts';
import { releaseEdits } from './release-edits.ts';

/** Limit: how large a record is at most once it is unpacked; etcd takes about a megabyte of it packed. */
export const releaseBytesMax = 16 * 1024 * 1024;

export interface ReleaseOptions extends Omit<InsideOptions, 'isBase64' | 'known'> {
  /** How often the record is in base64: twice in the data of a Secret, once in a ConfigMap (`HELM_DRIVER=configmap`). */
  readonly encodedTimes: 1 | 2;
}

export type MaskedRelease =
  /** Nothing in it is masked: it stays as it is written. */
  | { readonly kind: 'unchanged' }
  /** What is written in its place, encoded as often. Equal records give equal bytes. */
  | { readonly kind: 'masked'; readonly text: string }
  /** It is no record that Helm could read, or unpacks to more than 16 MiB: it must be masked whole. */
  | { readonly kind: 'unreadable' };

/** A release record, as it is written in its Secret or ConfigMap, with the values in it masked. */
export function maskedRelease(written: Buffer, { encodedTimes, ...options }: ReleaseOptions): MaskedRelease {
  const json = decodedRelease(written, encodedTimes);
  const edits = json === undefined ? undefined : releaseEdits(json, options);
  if (json === undefined || edits === undefined) return { kind: 'unreadable' };
  if (edits.length === 0) return { kind: 'unchanged' };
  return { kind: 'masked', text: encodedRelease(applyEdits(json, edits), encodedTimes) };
}

/** The JSON of a record; undefined where it is none that Helm could read, or unpacks to more than 16 MiB. */
export function decodedRelease(written: Buffer, encodedTimes: 1 | 2): Buffer | undefined {
  const packed = decoded(written, encodedTimes);
  return packed === undefined ? undefined : unpacked(packed);
}

/** A record as Helm writes it. */
export function encodedRelease(json: Buffer, encodedTimes: 1 | 2): string {
  const text = gzipped(json).toString('base64');
  return encodedTimes === 2 ? Buffer.from(text, 'latin1').toString('base64') : text;
}

function decoded(written: Buffer, times: number): Buffer | undefined {
  let bytes = written;
  for (let time = 0; time < times; time++) {
    const text = bytes.toString('latin1');
    if (!/^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$/.test(text)) return undefined;
    bytes = Buffer.from(text, 'base64');
  }
  return bytes;
}

/** Records of Helm's first versions are not packed. */
function unpacked(bytes: Buffer): Buffer | undefined {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.length <= releaseBytesMax ? bytes : undefined;
  try {
    return gunzipSync(bytes, { maxOutputLength: releaseBytesMax });
  } catch {
    return undefined;
  }
}

const operatingSystemAt = 9;

/** As Go packs it: without a time, from no system that has a name. */
function gzipped(json: Buffer): Buffer {
  const bytes = gzipSync(json, { level: 9 });
  bytes[operatingSystemAt] = 0xff;
  return bytes;
}
