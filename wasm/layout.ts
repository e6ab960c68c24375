/*
 * Where things stand in the memory of an instance. The tables come first and have fixed sizes; behind them the bytes that are walked, then their tape, then what was found in
 * them, each where the one before it ends. Nothing is allocated and nothing is freed.
 */

/** What each byte is outside of strings: 256 bytes. */
export const KINDS: i32 = 0x400;
/** Tokens of brackets that are open while the tape is written, four bytes each. */
export const OPEN: i32 = 0x500;
/** The path to where the walk is: twelve bytes a step (where its text begins, how long it is, the key's role). */
export const PATH: i32 = 0x1500;
/** The first of the words that stand behind those that do not count by themselves: two bytes. */
export const FOLLOWERS: i32 = 0x4400;
/** Bytes with which a word of two bytes may begin: one each. */
export const SHORTS: i32 = 0x4500;
/** The first word of three bytes of each hash, two bytes each. */
export const THREES: i32 = 0x4800;
/** Words: where one may begin, by a hash of four bytes; all of two bytes, a bit each; the first of each hash; the words themselves. */
export const FILTER: i32 = 0x8000;
export const PAIRS: i32 = 0x10000;
export const HEADS: i32 = 0x12000;
export const WORDS: i32 = 0x22000;
export const WORDS_END: i32 = 0x32000;
/** Keys that were read before. */
export const KEYS: i32 = 0x32000;
export const KEY_RECORDS: i32 = 0x3a000;
/** Strings in which words stand and no value. */
export const HARMLESS: i32 = 0xd0000;
export const HARMLESS_RECORDS: i32 = 0xd8000;
/** What is known of each place: four bytes. */
export const PLACES: i32 = 0x168000;
/** Which place follows one by a key: eight bytes. */
export const STEPS: i32 = 0x178000;
/** Texts of steps that stand nowhere in the bytes. */
export const TEXTS: i32 = 0x198000;
/** Words by the halves of their first three bytes: for each of these what its lower and its upper half may be, 16 bytes each. */
export const HALVES: i32 = 0x198300;
/** What each action does to a value, and how often it was done: four bytes each. */
export const ACTIONS: i32 = 0x198400;
export const ACTION_COUNTS: i32 = 0x199400;
export const ACTIONS_MAX: i32 = 1_024;
/** The key of masks as a block of 64 bytes, as the host writes it; then what is hashed. */
export const KEY_BLOCK: i32 = 0x19a400;
export const HASHING: i32 = 0x19a440;
/** Messages that wait for others of their length: four of each length of blocks; then whose they are, and how many wait. */
export const QUEUES: i32 = 0x19b000;
export const QUEUED: i32 = 0x19f000;
export const QUEUE_COUNTS: i32 = 0x19f080;
/** What stands before a value in a message, or a mask that is being written; what the exchange is called. */
export const SCOPE: i32 = 0x19f100;
export const EXCHANGE: i32 = 0x19fa00;
/** Constants; the compiler puts them here. */
export const CONSTANTS: i32 = 0x1a0000;
/** The bytes that are walked. */
export const BYTES: i32 = 0x1a1000;

/**
 * Limit: bytes of what is found in one row of bytes; each value has its whole path. It keeps an address from passing 2^31, where the memory itself ends long before, and a host from
 * reading for seconds.
 */
export const FOUND_BYTES_MAX: i32 = 0x2000000;
/** Limit: how often the bytes of a document may be walked once more, all in all, for a kind that stands behind them: Secrets within Secrets. */
export const AGAIN_MAX: i32 = 8;
/** And bytes beside that, so that small ones may be nested as they like. */
export const AGAIN_BYTES_MAX: i32 = 0x40000;

/** How deep objects and lists may be nested; upstream's own readers take no more than 10,000, and write far less. */
export const NESTING_MAX: i32 = 1_000;
