/** A source of numbers that depends on its seed alone, so that the same disaster can be made again. */
export type Random = {
  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** True in `share` of the calls, from 0 to 1. */
  chance(share: number): boolean;
  /** A version 4 UUID (RFC 9562), in lower case. */
  uuid(): string;
  bytes(length: number): Buffer;
};

/** Starts the source at `seed`. The generator is Tommy Ettinger's Mulberry32 (public domain): ample for test data. */
export function startRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const spread = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return (spread ^ (spread >>> 14)) >>> 0;
  };
  const integer = (least: number, most: number) => least + (next() % (most - least + 1));
  const bytes = (length: number) => {
    const words = Uint32Array.from({ length: Math.ceil(length / 4) }, next);
    return Buffer.from(words.buffer).subarray(0, length);
  };
  return {
    integer,
    bytes,
    chance: share => next() < share * 2 ** 32,
    pick: items => {
      const item = items[integer(0, items.length - 1)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    uuid: () => uuidFrom(bytes(16).toString('hex')),
  };
}

function uuidFrom(hex: string): string {
  const variant = '89ab'[Number.parseInt(hex.slice(16, 17), 16) % 4];
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
  ];
  return [...groups, hex.slice(20)].join('-');
}
