/*
 * The command of a container and its arguments, each a list of strings: what an option of a tool says there (`redis-cli -a x`) is known by the host, which takes both for one command.
 */
import { at, moveTo, tokenAt } from './cursor';
import { foundCommand, putFound, setStep } from './found';
import { roleArgs, roleCommand } from './key';
import { hasKeyEscapes, keyEndAt, keyStartAt, memberRoleOf, nextMember } from './member';
import { commandPasswords, passwordAt } from './outside';
import { stepEscaped, stepIndex, stepKey } from './place';
import { isMadeSafe } from './plan';
import { linkOf, placeOf } from './tape';
import { hasWord } from './words';

/** Above the number of a command's word that holds passwords. */
const isMadeSafeFlag: i32 = 0x40000000;

/** How many words were found since bytes were last given. */
let words: i32 = 0;

export function beginCommands(): void {
  words = 0;
}

/** Of each list its token, and where its key begins, how long it is, and of which kind a step by it is. */
let command: i32 = 0;
let commandKey: i32 = 0;
let commandKeyLength: i32 = 0;
let commandKeyKind: i32 = 0;
let args: i32 = 0;
let argsKey: i32 = 0;
let argsKeyLength: i32 = 0;
let argsKeyKind: i32 = 0;

/** Looks at `command` and `args` of an object whose members begin at a place; of those that stand there twice at each with what stands beside it. */
export function walkCommand(depth: i32, membersAt: i32, membersToken: i32): void {
  const backTo = at();
  const backToToken = tokenAt();
  moveTo(membersAt, membersToken);
  command = 0;
  args = 0;
  for (let token = nextMember(0x5b); token !== 0; token = nextMember(0x5b)) {
    const role = memberRoleOf();
    if ((role !== roleCommand && role !== roleArgs) || !isListOfStrings(token)) continue;
    if (role === roleCommand) {
      if (command !== 0) passwordsOf(depth);
      command = token;
      commandKey = keyStartAt();
      commandKeyLength = keyEndAt() - commandKey;
      commandKeyKind = hasKeyEscapes() ? stepEscaped : stepKey;
    } else {
      if (args !== 0) passwordsOf(depth);
      args = token;
      argsKey = keyStartAt();
      argsKeyLength = keyEndAt() - argsKey;
      argsKeyKind = hasKeyEscapes() ? stepEscaped : stepKey;
    }
  }
  passwordsOf(depth);
  moveTo(backTo, backToToken);
}

function isListOfStrings(list: i32): bool {
  const close = linkOf(list);
  let from = placeOf(list) + 1;
  for (let token = list + 1; token < close; token += 2) {
    const to = placeOf(token);
    if (load<u8>(to) !== 0x22 || !isBetween(from, to)) return false;
    from = placeOf(token + 1) + 1;
  }
  return isBetween(from, placeOf(close));
}

/** Whether nothing but blanks and a comma stands there: numbers have no token. */
function isBetween(from: i32, to: i32): bool {
  for (let place = from; place < to; place++) if (load<u8>(place) > 0x20 && load<u8>(place) !== 0x2c) return false;
  return true;
}

function passwordsOf(depth: i32): void {
  if (!mayHold(command) && !mayHold(args)) return;
  const found = commandPasswords(startOf(command), endOf(command), startOf(args), endOf(args));
  const inCommand = command === 0 ? 0 : (linkOf(command) - command - 1) >> 1;
  for (let n = 0; n < found; n++) {
    const word = passwordAt(n);
    if (word < inCommand) {
      setStep(depth, commandKey, commandKeyLength, commandKeyKind, roleCommand);
      putWord(depth, command, word);
    } else {
      setStep(depth, argsKey, argsKeyLength, argsKeyKind, roleArgs);
      putWord(depth, args, word - inCommand);
    }
  }
}

function putWord(depth: i32, list: i32, index: i32): void {
  setStep(depth + 1, index, 0, stepIndex, 0);
  const token = list + 1 + (index << 1);
  putFound(foundCommand, placeOf(token) + 1, placeOf(token + 1), words++ | (isMadeSafe(false) ? isMadeSafeFlag : 0));
}

function mayHold(list: i32): bool {
  return list !== 0 && hasWord(startOf(list), endOf(list));
}

function startOf(list: i32): i32 {
  return list === 0 ? 0 : placeOf(list);
}

function endOf(list: i32): i32 {
  return list === 0 ? 0 : placeOf(linkOf(list)) + 1;
}
