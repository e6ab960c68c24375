/*
 * Walks one value of JSON as it is written, and finds what is to be masked in it. Nothing is parsed into objects and nothing is written anew, so what is not
 * masked keeps its bytes: large integers, `1.0`, escapes, the order of keys, keys that occur twice, `__proto__`.
 *
 * What the document says of itself (whose object it is, the `name` beside a `value`, the `kind` beside `data`) may stand behind what hangs on it: so masks are
 * made when the walk is over. A walk that runs out of bytes is given up and made anew once there are more.
 *
 * It goes along a tape on which strings and brackets are found already: an object or list in which no word stands without which nothing is secret, and whose place says nothing, is
 * stepped over as a whole.
 */
import { walkCommand } from './command';
import {
  at,
  blank,
  closing,
  failsDeep,
  moveTo,
  passBare,
  passString,
  stringSays,
  take,
  takeBracket,
  tokenAt,
} from './cursor';
import {
  foundApplied,
  foundInside,
  foundNumber,
  foundRelease,
  foundShown,
  foundWhole,
  isBase64Flag,
  isMadeSafeFlag,
  pathLength,
  putFound,
  roleOfStep,
  setPathLength,
  setStep,
} from './found';
import {
  describing,
  holdsValue,
  kubeBase64,
  kubeSecret,
  numberOfKey,
  ofEach,
  readKey,
  roleAnnotations,
  roleApplied,
  roleArgs,
  roleBinaryData,
  roleCommand,
  roleData,
  roleKind,
  roleManagedFields,
  roleMetadata,
  roleName,
  roleOf,
  roleRelease,
  roleStringData,
  roleType,
  roleUid,
  roleUser,
  roleValue,
  telling,
} from './key';
import { AGAIN_BYTES_MAX, AGAIN_MAX, HARMLESS, NESTING_MAX } from './layout';
import { managedFields } from './managed-fields';
import { hasKeyEscapes, keyEndAt, keyStartAt, memberRoleOf, nextMember, passKey } from './member';
import { fail, failsLarge, isTellingFlag, looksSecret, pairAction } from './outside';
import { actionOf, byIndex, byKey, isOpen, plainPlace, stepEscaped, stepIndex, stepKey } from './place';
import {
  hasBase64Keys,
  hasConfigMapReleases,
  hasSecretReleases,
  isMadeSafe,
  looks,
  masksEmbedded,
  masksTelling,
  mayStepOver,
  rootIsPlain,
} from './plan';
import { find } from './table';
import { linkOf, placeOf } from './tape';
import { textData, textHelm, textHelmBytes, textSecret, textSecretBytes, textStringData, textValue } from './texts';
import { hasWord } from './words';

/** What an object is to the one around it. */
export const withinNone: i32 = 0;
export const withinRoot: i32 = 1;
export const withinApplied: i32 = 2;
const withinMetadata: i32 = 3;
const withinAnnotations: i32 = 4;
const withinUser: i32 = 5;
const withinData: i32 = 6;

/** Places that the host makes for each instance: what stands in a Secret inside another object. */
const embeddedDataPlace: i32 = 1;
const embeddedStringDataPlace: i32 = 2;
/** Actions that the host makes for each instance. */
const kubeconfigText: i32 = 1;
const kubeconfigBase64: i32 = 2;
export const keyedSecret: i32 = 3;
const secretValue: i32 = 4;

export const tellingBytesMin: i32 = 8;
export const lookedBytesMin: i32 = 7;
const flagBytesMax: i32 = 400;

let uidStart: i32 = 0;
let uidEnd: i32 = 0;
let uids: i32 = 0;
/** Where the document begins, its place, and how many of its bytes were walked once more. */
let documentAt: i32 = 0;
let rootPlace: i32 = 0;
let again: i32 = 0;
let isRelease: bool = false;

/** Another object begins. */
export function beginWalk(place: i32): void {
  documentAt = at();
  rootPlace = place;
  again = 0;
  uids = 0;
  isRelease = false;
}

/** Where the uid of the object begins that was walked as a root; 0 where it has none, or more than one. */
export function uidAt(): i32 {
  return uids === 1 ? uidStart : 0;
}

export function uidEndAt(): i32 {
  return uids === 1 ? uidEnd : 0;
}

/** What is done with what is called `release` in the object; 0: what is done with Helm's. */
export function releaseAction(): i32 {
  return hasSecretReleases() && !isRelease ? secretValue : 0;
}

/** Walks the value that begins here, behind a key. */
export function walkValue(place: i32, key: i32, within: i32): void {
  const first = blank();
  if (first === 0x22) walkText(place, key, within);
  else if (first === 0x7b) {
    if (isSteppedOver(place, key, within)) return;
    takeBracket(0x7b);
    walkObject(place, key, within);
  } else if (first === 0x5b) {
    if (isSteppedOver(place, key, within)) return;
    takeBracket(0x5b);
    walkList(place, key, within);
  } else walkBare(place);
}

/**
 * Steps over an object or list of which nothing is masked, where that is known.
 *
 * Security: what is masked for its place, for a word in it, or for a key that tells before it, is not stepped over, nor is where the identity of the object stands.
 */
function isSteppedOver(place: i32, key: i32, within: i32): bool {
  const close = closing();
  if (!mayStepOver() || place !== plainPlace || within === withinMetadata || (key & telling) !== 0) return false;
  if (within === withinUser && (key & kubeSecret) !== 0) return false;
  if (within === withinAnnotations && !rootIsPlain()) return false;
  if (within === withinData && isBase64()) return false;
  const end = placeOf(close) + 1;
  if (hasWord(at(), end)) return false;
  moveTo(end, close + 1);
  return true;
}

/** `before`: the key behind which it stands. */
function walkObject(place: i32, before: i32, within: i32): void {
  const depth = pathLength();
  if (depth >= NESTING_MAX) fail(failsDeep);
  if (blank() === 0x7d) return takeBracket(0x7d);
  const membersAt = at();
  const membersToken = tokenAt();
  const isOwn = within === withinRoot && hasSecretReleases(); // Masked at its own places, not as one in another.
  // Tokens of the tape; none of a member is the first.
  let name = 0;
  let value = 0;
  let data = 0;
  let stringData = 0;
  let isSecret = false;
  let mayTell = false;
  let isTwice = false;
  let isCommand = false;
  for (;;) {
    const key = passKey();
    if ((key & holdsValue) !== 0 && looks()) valueInKey(depth);
    const role = roleOf(key);
    const kind = hasKeyEscapes() ? stepEscaped : stepKey;
    const next = byKey(place, numberOfKey(key), keyStartAt(), keyEndAt(), kind);
    setStep(depth, keyStartAt(), keyEndAt() - keyStartAt(), kind, role);
    const first = blank();
    const token = tokenAt();
    if (role !== 0) {
      if (first === 0x22) {
        if (role === roleName) {
          isTwice = isTwice || name !== 0;
          name = token;
        } else if (role === roleValue) {
          isTwice = isTwice || value !== 0;
          value = token;
        } else if (role === roleKind) isSecret = isSecret || (!isOwn && mayBeSecret());
        else if (role === roleType && within === withinRoot && stringSays(textHelm, textHelmBytes)) isRelease = true;
      } else if (first === 0x5b) isCommand = isCommand || role === roleCommand || role === roleArgs;
      else if (first === 0x7b) {
        if (role === roleData) {
          isTwice = isTwice || data !== 0;
          data = token;
        } else if (role === roleStringData) {
          isTwice = isTwice || stringData !== 0;
          stringData = token;
        }
      }
    }
    if (within === withinMetadata && role === roleManagedFields) managedFields(rootPlace);
    else {
      const isOneOfEach = (before & ofEach) !== 0 && first === 0x22 && (key & describing) === 0;
      const inner = role === roleUid && first !== 0x22 ? withinNone : below(within, role);
      walkValue(next, isOneOfEach ? key | telling : key, inner);
    }
    if (name === token) mayTell = mayTell || !mayStepOver() || hasWord(placeOf(token), at());
    if (blank() === 0x7d) break;
    take(0x2c);
  }
  takeBracket(0x7d);
  if (isCommand && looks() && masksTelling() && !isOpen(place)) walkCommand(depth, membersAt, membersToken);
  if (name !== 0 && value !== 0 && mayTell) {
    if (isTwice) walkPairs(place, depth, membersAt, membersToken);
    else walkPair(place, depth, name, value);
  }
  if (isSecret && masksEmbedded() && !isOpen(place) && !isMaskedWhole(place)) {
    if (isTwice) walkEachAgain(depth, membersAt, membersToken);
    else walkSecret(depth, data, stringData);
  }
  setPathLength(depth);
}

/** A value in a key stands in the object that has the key: its path is that one's. */
function valueInKey(depth: i32): void {
  setPathLength(depth);
  putFound(foundInside, keyStartAt(), keyEndAt(), 0);
}

/** Whether the kind that begins here is that of a Secret, or written with escapes, which no server writes. */
function mayBeSecret(): bool {
  return linkOf(tokenAt() + 1) === 1 || stringSays(textSecret, textSecretBytes);
}

function walkSecret(depth: i32, data: i32, stringData: i32): void {
  if (data !== 0) walkData(depth, data);
  if (stringData !== 0) walkStringData(depth, stringData);
}

function walkData(depth: i32, token: i32): void {
  walkAgain(depth, token, embeddedDataPlace, textData, 4, roleData);
}

function walkStringData(depth: i32, token: i32): void {
  walkAgain(depth, token, embeddedStringDataPlace, textStringData, 10, roleStringData);
}

/** Each `data` and `stringData` of an object in which one stands twice: some readers take the first, others the last. */
function walkEachAgain(depth: i32, membersAt: i32, membersToken: i32): void {
  const backTo = at();
  const backToToken = tokenAt();
  moveTo(membersAt, membersToken);
  for (let token = nextMember(0x7b); token !== 0; token = nextMember(0x7b)) {
    if (memberRoleOf() === roleData) walkData(depth, token);
    else if (memberRoleOf() === roleStringData) walkStringData(depth, token);
  }
  moveTo(backTo, backToToken);
}

/** Each `value` beside each `name` of an object in which one stands twice. */
function walkPairs(place: i32, depth: i32, membersAt: i32, membersToken: i32): void {
  const backTo = at();
  const backToToken = tokenAt();
  moveTo(membersAt, membersToken);
  for (let value = nextMember(0x22); value !== 0; value = nextMember(0x22)) {
    if (memberRoleOf() !== roleValue) continue;
    const behind = at();
    const behindToken = tokenAt();
    moveTo(membersAt, membersToken);
    for (let name = nextMember(0x22); name !== 0; name = nextMember(0x22))
      if (memberRoleOf() === roleName && walkPair(place, depth, name, value)) break;
    walkedAgain(at() - membersAt, backTo);
    moveTo(behind, behindToken);
  }
  moveTo(backTo, backToToken);
}

/** Whether all that stands in an object there is masked already. */
function isMaskedWhole(place: i32): bool {
  return place === embeddedDataPlace || place === embeddedStringDataPlace || actionOf(place) !== 0;
}

/** Walks once more what stands beside a kind that says what it is. */
function walkAgain(depth: i32, token: i32, place: i32, key: i32, length: i32, role: i32): void {
  setStep(depth, key, length, stepKey, role);
  const backTo = at();
  const backToToken = tokenAt();
  moveTo(placeOf(token), token);
  takeBracket(0x7b);
  walkObject(place, 0, withinNone);
  walkedAgain(at() - placeOf(token), backTo);
  moveTo(backTo, backToToken);
}

/** So many bytes were walked once more of a document that has been walked up to a place. */
function walkedAgain(bytes: i32, upTo: i32): void {
  again += bytes;
  if (again > AGAIN_MAX * (upTo - documentAt) + AGAIN_BYTES_MAX) fail(failsLarge);
}

/** Whether the value is masked, or shown by a rule. */
function walkPair(place: i32, depth: i32, name: i32, value: i32): bool {
  const start = placeOf(value) + 1;
  const end = placeOf(value + 1);
  if (isOpen(place) || end === start) return true;
  const action = pairAction(placeOf(name) + 1, placeOf(name + 1), linkOf(name + 1), start, end);
  if (action === 0) return false;
  const key = readKey(textValue, textValue + 5);
  if (isOpen(byKey(place, numberOfKey(key), textValue, textValue + 5, stepKey))) return true;
  setStep(depth, textValue, 5, stepKey, roleValue);
  putFound(foundWhole, start, end, action);
  return true;
}

function walkList(place: i32, key: i32, within: i32): void {
  const depth = pathLength();
  if (depth >= NESTING_MAX) fail(failsDeep);
  if (blank() === 0x5d) return takeBracket(0x5d);
  let isFlagged = false;
  for (let index = 0; ; index++) {
    setStep(depth, index, 0, stepIndex, 0);
    const isText = blank() === 0x22;
    const from = at();
    walkValue(
      byIndex(place, index),
      isFlagged && isText ? key | telling : key & ~ofEach,
      within === withinUser ? within : withinNone,
    );
    isFlagged = isText && isFlag(from + 1, at() - 1);
    if (blank() === 0x5d) break;
    take(0x2c);
  }
  takeBracket(0x5d);
  setPathLength(depth);
}

/** Whether it is an argument that says that the next one is secret, as `--password`: one of the words that are looked for is in each. */
function isFlag(start: i32, end: i32): bool {
  const first = load<u8>(start);
  if ((first !== 0x2d && first !== 0x5c) || end - start > flagBytesMax) return false;
  return hasWord(start, end) && isTellingFlag(start, end) !== 0;
}

function walkText(place: i32, key: i32, within: i32): void {
  const start = at() + 1;
  const hasEscapes = passString();
  const end = at() - 1;
  const role = roleOf(key);
  if (within === withinMetadata && role === roleUid) {
    uidStart = start;
    uidEnd = end;
    uids++;
  }
  if (end === start) return;
  if (place !== plainPlace) {
    const action = actionOf(place);
    if (action !== 0) {
      const isRecord = role === roleRelease && hasSecretReleases() && within === withinData && isInData();
      return putFound(isRecord ? foundRelease : foundWhole, start, end, action);
    }
    if (isOpen(place)) return putFound(foundShown, start, end, 0);
  }
  const inAnnotations = within === withinAnnotations;
  // An object that an operator keeps of a Secret, which may not say its kind.
  const isKept = hasSecretReleases() && load<u8>(start) === 0x7b;
  if (inAnnotations && (role === roleApplied || isKept)) {
    if (!mayStepOver() || !rootIsPlain() || hasWord(start, end))
      putFound(foundApplied, start, end, isMadeSafe(true) ? isMadeSafeFlag : 0);
    return;
  }
  if (within === withinData && role === roleRelease && hasConfigMapReleases() && (key & telling) === 0)
    return putFound(foundRelease, start, end, 0);
  lookAtText(start, end, key, within, hasEscapes);
}

/** A text that is masked for no place: by the key before it, or by what it looks like. */
function lookAtText(start: i32, end: i32, key: i32, within: i32, hasEscapes: bool): void {
  const isSafe = isMadeSafe(within === withinAnnotations);
  const isShort = end - start < lookedBytesMin;
  if (!looks() || isShort) {
    if (isSafe && hasWord(start, end)) putFound(foundInside, start, end, isMadeSafeFlag);
    if (!looks()) return;
  }
  if (within === withinUser && masksTelling() && (key & kubeSecret) !== 0)
    return putFound(foundWhole, start, end, (key & kubeBase64) !== 0 ? kubeconfigBase64 : kubeconfigText);
  if (isShort) return;
  if ((key & telling) !== 0 && masksTelling() && end - start >= tellingBytesMin)
    if (looksSecret(start, end, i32(hasEscapes)) !== 0) return putFound(foundWhole, start, end, keyedSecret);
  const isEncoded = within === withinData && isBase64();
  if (isEncoded || (isSafe ? hasWord(start, end) : mayHold(start, end)))
    putFound(foundInside, start, end, (isEncoded ? isBase64Flag : 0) | (isSafe ? isMadeSafeFlag : 0));
}

/** Whether a value may be in a text that is no document of its own, or whose words say so. */
export function mayHold(start: i32, end: i32): bool {
  return hasWord(start, end) && find(HARMLESS, start, end - start) === 0;
}

/** Numbers, `true`, `false` and `null`. */
export function walkBare(place: i32): void {
  const start = passBare();
  const action = actionOf(place);
  if (action === 0) return;
  const first = load<u8>(start);
  if (first === 0x2d || (first >= 0x30 && first <= 0x39)) putFound(foundNumber, start, at(), action);
}

function isBase64(): bool {
  return hasBase64Keys() && pathLength() > 0 && roleOfStep(0) === roleBinaryData;
}

/** Whether this is a key right below the object's own `data`. */
function isInData(): bool {
  return pathLength() === 2 && roleOfStep(0) === roleData;
}

function below(within: i32, role: i32): i32 {
  if (role === roleMetadata) return within === withinRoot ? withinMetadata : withinNone;
  if (role === roleUid || role === roleManagedFields) return within === withinMetadata ? within : withinNone;
  if (role === roleAnnotations) return within === withinMetadata ? withinAnnotations : withinNone;
  if (role === roleUser) return withinUser;
  if (within === withinRoot || within === withinApplied) return withinData;
  return within === withinMetadata ? withinNone : within;
}
