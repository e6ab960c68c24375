/* What an instance does for its host. Places are addresses in memory; the bytes begin at `bytesAt`. */
import { beginCommands } from './command';
import {
  at,
  beginCursor,
  blank,
  isAtEnd,
  isBracket,
  isMore,
  isWhole,
  moveTo,
  passString,
  take,
  takeBracket,
  tokenAt,
} from './cursor';
import { beginDocument, beginFound, endDocument, foundAt, foundWholeEnd } from './found';
import { ACTION_COUNTS, ACTIONS, BYTES, EXCHANGE, HARMLESS, HARMLESS_RECORDS, KEY_BLOCK, TEXTS } from './layout';
import { maskDocuments, maskedAt, maskedEnd, maskedTo } from './masked';
import { hasKeyEscapes, keyEndAt, keyStartAt, passKey } from './member';
import { describePlace, forgetPlaces, placesHaveIndexes } from './place';
import { setPlan } from './plan';
import { keyChanged } from './sha256';
import { add, clear, sizeMax } from './table';
import { ensure, prepareTape, writeTape } from './tape';
import { beginWalk, releaseAction, uidAt, uidEndAt, walkValue, withinRoot } from './walk';
import { beginWords, followerAdded, hasWord, markIs, prepareWords, wordAdded, wordsAreAnywhere } from './words';

export {
  at,
  blank,
  describePlace,
  followerAdded,
  forgetPlaces,
  foundAt,
  foundWholeEnd,
  hasKeyEscapes,
  hasWord,
  isAtEnd,
  keyChanged,
  keyEndAt,
  keyStartAt,
  markIs,
  maskDocuments,
  maskedAt,
  maskedEnd,
  maskedTo,
  moveTo,
  passKey,
  passString,
  tokenAt,
  wordAdded,
  wordsAreAnywhere,
};

export function bytesAt(): i32 {
  return BYTES;
}

export function textsAt(): i32 {
  return TEXTS;
}

/** Where the host writes the key's block, and what the exchange is called; and where it reads how often actions were done. */
export function keyBlockAt(): i32 {
  return KEY_BLOCK;
}

export function exchangeAt(): i32 {
  return EXCHANGE;
}

export function actionCountsAt(): i32 {
  return ACTION_COUNTS;
}

/** Says what an action does to a value: wasm/masked.ts has the bits. */
export function describeAction(action: i32, bits: i32): void {
  store<i32>(ACTIONS + (action << 2), bits);
}

/** Once, before all else. */
export function prepare(): void {
  ensure(BYTES);
  prepareTape();
  prepareWords();
}

/** Makes room for as many bytes. */
export function room(length: i32): void {
  ensure(BYTES + length + 64);
}

/** The bytes are there; they are walked by a plan from their beginning. `isLast`: nothing follows behind them. */
export function begin(length: i32, isLast: bool, plan: i32, haveIndexes: bool): void {
  setPlan(plan);
  placesHaveIndexes(haveIndexes);
  writeTape(length);
  beginWords(BYTES + length);
  beginFound();
  beginCommands();
  beginCursor(BYTES, BYTES + length, isLast);
}

export function takeByte(byte: i32): void {
  if (isBracket(byte)) takeBracket(byte);
  else take(byte);
}

/** A document, or a part of one that is no object of its own: what is found in it is written, with its end. */
export function document(place: i32, key: i32, within: i32): void {
  beginDocument();
  beginWalk(place);
  walkValue(place, key, within);
  endDocument(at(), uidAt(), uidEndAt(), releaseAction());
}

/**
 * Elements of a list, each a document, until the list ends or bytes are out; whether it ends. What has no end yet is not begun: it would be walked once more when there are
 * more bytes.
 */
export function documents(place: i32, isFirst: bool): bool {
  while (isMore()) {
    if (blank() === 0x5d) return true;
    if (!isFirst) {
      take(0x2c);
      if (!isMore()) break;
    }
    isFirst = false;
    if (isBracket(blank()) && !isWhole()) break;
    document(place, 0, withinRoot);
  }
  return false;
}

let harmless: i32 = 0;

/** Nothing is in a string in which words stand: it is not looked into again. A table that is full is emptied. */
export function isHarmless(start: i32, end: i32): void {
  if (harmless >= sizeMax) {
    clear(HARMLESS);
    harmless = 0;
  }
  if (add(HARMLESS, HARMLESS_RECORDS, harmless, start, end - start, 1) !== 0) harmless++;
}
