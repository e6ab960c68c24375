/* Keys of members: each is read once by the host, which says what it means. */
import { KEY_RECORDS, KEYS } from './layout';
import { keyMeaning } from './outside';
import { add, find, numberIn, valueIn } from './table';

/** What a key may mean, whatever it stands in; equal to src/masking/json/key-role.ts. */
export const roleName: i32 = 1;
export const roleValue: i32 = 2;
export const roleKind: i32 = 3;
export const roleData: i32 = 4;
export const roleStringData: i32 = 5;
export const roleMetadata: i32 = 6;
export const roleUid: i32 = 7;
export const roleAnnotations: i32 = 8;
export const roleManagedFields: i32 = 9;
export const roleApplied: i32 = 10;
export const roleType: i32 = 11;
export const roleUser: i32 = 12;
export const roleRelease: i32 = 13;
export const roleBinaryData: i32 = 15;
export const roleCommand: i32 = 16;
export const roleArgs: i32 = 17;

const roleBits: i32 = 0xff;
/** Whether it says that its value is secret. */
export const telling: i32 = 0x100;
/** Whether it is one behind which a kubeconfig's user has a secret; in base64. */
export const kubeSecret: i32 = 0x200;
export const kubeBase64: i32 = 0x400;
/** Whether it says that each value below it is secret; whether it is of what describes such values. */
export const ofEach: i32 = 0x800;
export const describing: i32 = 0x1000;
/** Whether a detector knows a value in it: a token of which something is told, as the key of a map. */
export const holdsValue: i32 = 0x2000;
/** Above these bits: its number in the table, or 0. */
const numberShift: i32 = 16;
const meaningBits: i32 = 0xffff;

let size: i32 = 0;

/** What the key means that is written in a range, without escapes: as `keyMeaning` says, with its number. */
export function readKey(start: i32, end: i32): i32 {
  const known = find(KEYS, start, end - start);
  if (known !== 0) return valueIn(known) | (numberIn(known) << numberShift);
  const meaning = keyMeaning(start, end, 0) & meaningBits;
  const added = add(KEYS, KEY_RECORDS, size, start, end - start, meaning);
  if (added === 0) return meaning;
  size++;
  return meaning | (numberIn(added) << numberShift);
}

export function roleOf(key: i32): i32 {
  return key & roleBits;
}

export function numberOfKey(key: i32): i32 {
  return key >> numberShift;
}
