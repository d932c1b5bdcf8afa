// A reader of WebAssembly's code section, to see which instructions a module really holds.
// WebAssembly core specification, release 3.0, section 5.4 (instructions) and 5.5.13 (code section);
// exceptions in the legacy encoding that `-fwasm-exceptions` of Emscripten 3.1.69 writes.

/** Opcodes by the immediates that follow them; every other opcode below 0xc5 has none. */
const kImmediates = new Map([
  ...each([0x02, 0x03, 0x04, 0x06], 'block'),
  ...each([0x07, 0x08, 0x09, 0x0c, 0x0d, 0x10, 0x12, 0x18, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0xd2], 'index'),
  ...each([0x11, 0x13], 'two'),
  [0x0e, 'table'],
  [0x1c, 'types'],
  ...each(range(0x28, 0x3e), 'memory'),
  ...each([0x3f, 0x40, 0xd0], 'byte'),
  [0x41, 'index'],
  [0x42, 'index'],
  [0x43, 'four'],
  [0x44, 'eight'],
]);
/** The same after the prefixes 0xfc (saturating conversions, bulk memory) and 0xfd (vectors). */
const kBulk = new Map([...each([8, 10, 12, 14], 'two'), ...each([9, 11, 13, 15, 16, 17], 'index')]);
const kVector = new Map([
  ...each(range(0, 11), 'memory'),
  ...each([12, 13], 'sixteen'),
  ...each(range(21, 34), 'byte'),
  ...each(range(84, 91), 'memory-lane'),
  ...each([92, 93], 'memory'),
]);
const kLastPlain = 0xc4;
const kLastBulk = 17;
const kLastVector = 0x113;
const kNamed = new Map([
  [0xe4, 'f32x4.add'],
  [0xe6, 'f32x4.mul'],
  [0x105, 'f32x4.relaxed_madd'],
  [0x106, 'f32x4.relaxed_nmadd'],
]);

function each(opcodes, kind) {
  return opcodes.map((opcode) => [opcode, kind]);
}
function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }
  byte() {
    if (this.at >= this.bytes.length) throw new Error('the module ends in the middle of something');
    return this.bytes[this.at++];
  }
  /** An unsigned LEB128 number; for signed ones only the length matters here. */
  number() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }
  skip(count) {
    this.at += count;
  }
  memory() {
    // Bit 6 of the alignment says that a memory index follows.
    if (this.number() & 64) this.number();
    this.number();
  }
}

const kSkips = {
  block: (reader) => reader.number(),
  index: (reader) => reader.number(),
  two: (reader) => [reader.number(), reader.number()],
  table: (reader) => {
    for (let left = reader.number() + 1; left > 0; --left) reader.number();
  },
  types: (reader) => reader.skip(reader.number()),
  memory: (reader) => reader.memory(),
  'memory-lane': (reader) => {
    reader.memory();
    reader.byte();
  },
  byte: (reader) => reader.byte(),
  four: (reader) => reader.skip(4),
  eight: (reader) => reader.skip(8),
  sixteen: (reader) => reader.skip(16),
};

function readInstruction(reader, count) {
  const opcode = reader.byte();
  const unknown = (name) => new Error(`unknown instruction ${name} at byte ${reader.at}`);
  let kind;
  if (opcode === 0xfd) {
    const vector = reader.number();
    if (vector > kLastVector) throw unknown(`0xfd ${vector}`);
    kind = kVector.get(vector);
    count('vector');
    if (kNamed.has(vector)) count(kNamed.get(vector));
  } else if (opcode === 0xfc) {
    const bulk = reader.number();
    if (bulk > kLastBulk) throw unknown(`0xfc ${bulk}`);
    kind = kBulk.get(bulk);
  } else {
    kind = kImmediates.get(opcode);
    if (!kind && opcode > kLastPlain && opcode !== 0xd1) throw unknown(opcode);
  }
  if (kind) kSkips[kind](reader);
}

function readFunction(reader, count) {
  const size = reader.number();
  const end = reader.at + size;
  for (let groups = reader.number(); groups > 0; --groups) {
    reader.number();
    reader.byte();
  }
  while (reader.at < end) readInstruction(reader, count);
  if (reader.at !== end || reader.bytes[end - 1] !== 0x0b) throw new Error('a function does not end with its body');
}

/**
 * Counts instructions of the module in `bytes`: `{functions, vector, 'f32x4.mul', ...}`. Throws where
 * the bytes are not what the specification says.
 */
export function countInstructions(bytes) {
  const reader = new Reader(bytes);
  if (Buffer.from(bytes.subarray(0, 8)).toString('latin1') !== '\0asm\u0001\0\0\0') throw new Error('not a module');
  reader.skip(8);
  const counts = { functions: 0, vector: 0 };
  for (const name of kNamed.values()) counts[name] = 0;
  const count = (name) => (counts[name] += 1);
  while (reader.at < bytes.length) {
    const section = reader.byte();
    const size = reader.number();
    const end = reader.at + size;
    if (section === 10) {
      counts.functions = reader.number();
      for (let left = counts.functions; left > 0; --left) readFunction(reader, count);
      if (reader.at !== end) throw new Error('the code section does not end where it says');
    }
    reader.at = end;
  }
  return counts;
}
