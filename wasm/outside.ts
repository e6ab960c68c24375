/* What an instance asks its host: what is asked seldom, since it was asked before or stands in few documents. Places are addresses in memory. */

/** Ends the walk; does not return. Why: as wasm/cursor.ts has it, and `failsLarge`. */
export declare function fail(why: i32): void;
/** There is more to be masked than there is room for. */
export const failsLarge: i32 = 5;
/** What a key means: its role, and flags. `hasEscapes`: as it is written. */
export declare function keyMeaning(start: i32, end: i32, hasEscapes: i32): i32;
/** The place behind `place` by a key, or by an index where `kind` is that of one. */
export declare function placeBehind(place: i32, start: i32, end: i32, kind: i32): i32;
/** Whether what stands behind a key that tells looks secret. */
export declare function looksSecret(start: i32, end: i32, hasEscapes: i32): i32;
/** Whether it is an argument that says that the next one is secret. */
export declare function isTellingFlag(start: i32, end: i32): i32;
/** The action of a `value` beside a `name`; 0: none. */
export declare function pairAction(nameStart: i32, nameEnd: i32, hasEscapes: i32, start: i32, end: i32): i32;
/** How many words of a command hold passwords that options of its tool tell: of two lists of strings, the second behind the first; a list that is none begins at 0. */
export declare function commandPasswords(commandStart: i32, commandEnd: i32, argsStart: i32, argsEnd: i32): i32;
/** Which word the `n`th of these is. */
export declare function passwordAt(n: i32): i32;
/** Puts the first 16 bytes of the HMAC of a scope and a value at an address: values that are long go faster there. */
export declare function longDigest(scope: i32, scopeLength: i32, start: i32, end: i32, to: i32): void;
