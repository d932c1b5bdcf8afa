// Changed copies of inputs, for the guided fuzzer.

const kAwkward = [0, 1, -1, 2 ** 7, 2 ** 8 - 1, 2 ** 15, 2 ** 16 - 1, 2 ** 31 - 1, -(2 ** 31), 2 ** 28, 28, 512];
const kWords =
  '{ } [ ] , : " null true -1 0 1e999 1e-9 99999999999 {} [] "" \\ud800 \\u0000 __proto__ [UNK] ##a Ġ ▁ <0x0A> (?:a+)+ 你';
const kTexts = ['\n', '\0', ' ', ...kWords.split(' ')].map((text) => Buffer.from(text));

const joined = (...parts) => Uint8Array.from(Buffer.concat(parts));

/** A copy of `input` after one to eight changes, at most `longest` bytes; `others` are what it may borrow from. */
export function mutate(input, others, longest, random) {
  const below = (count) => Math.floor(random() * count);
  const pick = (list) => list[below(list.length)];
  const range = (bytes) => {
    const begin = below(bytes.length + 1);
    return [begin, Math.min(bytes.length, begin + 1 + below(1 << below(9)))];
  };
  const overwrite = (bytes, at, part) => {
    const copy = bytes.slice();
    copy.set(part.subarray(0, Math.max(0, copy.length - at)), Math.min(at, copy.length));
    return copy;
  };
  const insert = (bytes, at, part) => joined(bytes.subarray(0, at), part, bytes.subarray(at));
  const number = (width) => {
    const view = new DataView(new ArrayBuffer(8));
    const isLittle = random() < 0.8;
    if (width === 8) view.setBigInt64(0, BigInt(pick(kAwkward)) << BigInt(below(3) * 16), isLittle);
    else if (width === 4) view.setInt32(0, pick(kAwkward), isLittle);
    else view.setInt16(0, pick(kAwkward), isLittle);
    return new Uint8Array(view.buffer, 0, width);
  };
  const changes = [
    (bytes) => {
      const copy = bytes.slice();
      if (copy.length > 0) copy[below(copy.length)] ^= 1 << below(8);
      return copy;
    },
    (bytes) => overwrite(bytes, below(bytes.length), Uint8Array.of(below(256))),
    (bytes) => overwrite(bytes, below(bytes.length), number(pick([2, 4, 8]))),
    (bytes) => overwrite(bytes, below(bytes.length), pick(kTexts)),
    (bytes) => insert(bytes, below(bytes.length + 1), pick(kTexts)),
    (bytes) =>
      insert(
        bytes,
        below(bytes.length + 1),
        Uint8Array.from({ length: 1 + below(16) }, () => below(256)),
      ),
    (bytes) => {
      const [begin, end] = range(bytes);
      return joined(bytes.subarray(0, begin), bytes.subarray(end));
    },
    (bytes) => insert(bytes, below(bytes.length + 1), bytes.subarray(...range(bytes))),
    (bytes) => bytes.slice(0, below(bytes.length + 1)),
    (bytes) => {
      const other = pick(others);
      return insert(bytes, below(bytes.length + 1), other.subarray(...range(other)));
    },
    (bytes) => {
      const other = pick(others);
      return joined(bytes.subarray(0, below(bytes.length + 1)), other.subarray(below(other.length + 1)));
    },
  ];
  let bytes = input;
  for (let left = 1 + below(8); left > 0; --left) bytes = pick(changes)(bytes).slice(0, longest);
  return bytes;
}
