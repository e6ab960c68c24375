/*
 * HMAC-SHA-256 of four messages at once, a lane each: values of Secrets are short, and a list has thousands of them.
 *
 * Source: FIPS 180-4, 6.2; RFC 2104, 2
 */
import { HASHING, KEY_BLOCK } from './layout';

const constants = <i32>(
  memory.data<u32>([
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2,
  ])
);
const initial = <i32>(
  memory.data<u32>([0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19])
);

/** A state is eight words of four lanes: 128 bytes. What HMAC has behind each of the key's two blocks, and what is being made. */
const stateBytes: i32 = 128;
const innerState: i32 = HASHING;
const outerState: i32 = HASHING + stateBytes;
const state: i32 = HASHING + 2 * stateBytes;
/** The message's schedule: 64 words of four lanes. */
const schedule: i32 = HASHING + 3 * stateBytes;
/** What is hashed last: a block of the key, and a digest. */
const outerBits: i32 = 768;

/** The key is another: the host has written its block. */
export function keyChanged(): void {
  begun(innerState, 0x36363636);
  begun(outerState, 0x5c5c5c5c);
}

function begun(to: i32, pad: i32): void {
  for (let word = 0; word < 16; word++)
    setWord(word, i32x4.splat(bswap<i32>(load<i32>(KEY_BLOCK + (word << 2))) ^ pad));
  for (let word = 0; word < 8; word++) v128.store(to + (word << 4), i32x4.splat(load<i32>(initial + (word << 2))));
  compress(to);
}

/** The digests of four messages, each padded to as many blocks, `stride` bytes apart. */
export function hmacs(messages: i32, stride: i32, blocks: i32): void {
  memory.copy(state, innerState, stateBytes);
  for (let block = 0; block < blocks; block++) {
    loadBlock(messages + (block << 6), stride);
    compress(state);
  }
  memory.copy(schedule, state, stateBytes);
  setWord(8, i32x4.splat(1 << 31));
  for (let word = 9; word < 15; word++) setWord(word, i32x4.splat(0));
  setWord(15, i32x4.splat(outerBits));
  memory.copy(state, outerState, stateBytes);
  compress(state);
}

/** The first 16 bytes of the digest of a lane. */
export function storeDigest(lane: i32, to: i32): void {
  for (let word = 0; word < 4; word++)
    store<i32>(to + (word << 2), bswap<i32>(load<i32>(state + (word << 4) + (lane << 2))));
}

function setWord(word: i32, value: v128): void {
  v128.store(schedule + (word << 4), value);
}

/** A block of each message, its words beside those of the others. */
function loadBlock(at: i32, stride: i32): void {
  for (let word = 0; word < 16; word += 4) {
    const from = at + (word << 2);
    const a = words(from);
    const b = words(from + stride);
    const c = words(from + 2 * stride);
    const d = words(from + 3 * stride);
    const firstOfAB = v128.shuffle<u32>(a, b, 0, 4, 1, 5);
    const lastOfAB = v128.shuffle<u32>(a, b, 2, 6, 3, 7);
    const firstOfCD = v128.shuffle<u32>(c, d, 0, 4, 1, 5);
    const lastOfCD = v128.shuffle<u32>(c, d, 2, 6, 3, 7);
    setWord(word, v128.shuffle<u64>(firstOfAB, firstOfCD, 0, 2));
    setWord(word + 1, v128.shuffle<u64>(firstOfAB, firstOfCD, 1, 3));
    setWord(word + 2, v128.shuffle<u64>(lastOfAB, lastOfCD, 0, 2));
    setWord(word + 3, v128.shuffle<u64>(lastOfAB, lastOfCD, 1, 3));
  }
}

/** Four words that are written with their greatest byte first. */
function words(at: i32): v128 {
  return v128.swizzle(v128.load(at), i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
}

function rotated(x: v128, by: i32): v128 {
  return v128.or(i32x4.shr_u(x, by), i32x4.shl(x, 32 - by));
}

function xor3(a: v128, b: v128, c: v128): v128 {
  return v128.xor(v128.xor(a, b), c);
}

function expand(): void {
  for (let at = schedule + 256; at < schedule + 1024; at += 16) {
    const x = v128.load(at - 240);
    const y = v128.load(at - 32);
    const s0 = xor3(rotated(x, 7), rotated(x, 18), i32x4.shr_u(x, 3));
    const s1 = xor3(rotated(y, 17), rotated(y, 19), i32x4.shr_u(y, 10));
    v128.store(at, i32x4.add(i32x4.add(v128.load(at - 256), s0), i32x4.add(v128.load(at - 112), s1)));
  }
}

function compress(at: i32): void {
  expand();
  let a = v128.load(at);
  let b = v128.load(at, 16);
  let c = v128.load(at, 32);
  let d = v128.load(at, 48);
  let e = v128.load(at, 64);
  let f = v128.load(at, 80);
  let g = v128.load(at, 96);
  let h = v128.load(at, 112);
  for (let round = 0; round < 64; round++) {
    const word = i32x4.add(v128.load(schedule + (round << 4)), v128.load32_splat(constants + (round << 2)));
    const s1 = xor3(rotated(e, 6), rotated(e, 11), rotated(e, 25));
    const chosen = v128.bitselect(f, g, e);
    const t1 = i32x4.add(i32x4.add(h, s1), i32x4.add(chosen, word));
    const s0 = xor3(rotated(a, 2), rotated(a, 13), rotated(a, 22));
    const most = v128.or(v128.and(a, b), v128.and(c, v128.or(a, b)));
    h = g;
    g = f;
    f = e;
    e = i32x4.add(d, t1);
    d = c;
    c = b;
    b = a;
    a = i32x4.add(t1, i32x4.add(s0, most));
  }
  add(at, 0, a);
  add(at, 16, b);
  add(at, 32, c);
  add(at, 48, d);
  add(at, 64, e);
  add(at, 80, f);
  add(at, 96, g);
  add(at, 112, h);
}

function add(at: i32, offset: i32, value: v128): void {
  v128.store(at + offset, i32x4.add(v128.load(at + offset), value));
}
