// Writes ONNX models (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) with the few message kinds that the graphs here
// need. A message is a list of byte pieces; weights stay views of their own memory until the one copy at the end.

const kOpset = 23;
const kIrVersion = 11;
const kTypes = { float: 1, int64: 7 };
const utf8 = new TextEncoder();

function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

const byteLength = (pieces) => pieces.reduce((sum, piece) => sum + piece.length, 0);

/** A field of wire type 0 (a number). */
const number = (field, value) => [varint(field * 8), varint(value)];
/** A field of wire type 2: text, bytes, or a message given as its pieces. */
function block(field, content) {
  const pieces = typeof content === 'string' ? [utf8.encode(content)] : Array.isArray(content) ? content : [content];
  return [varint(field * 8 + 2), varint(byteLength(pieces)), ...pieces];
}
/** A field of wire type 5: a float. */
const float = (field, value) => [varint(field * 8 + 5), new Uint8Array(Float32Array.of(value).buffer)];

const bytesOf = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function tensor(name, shape, data) {
  const type = data instanceof BigInt64Array ? kTypes.int64 : kTypes.float;
  return [
    ...shape.flatMap((length) => number(1, length)),
    ...number(2, type),
    ...block(8, name),
    ...block(9, bytesOf(data)),
  ];
}

function attribute(name, value) {
  if (typeof value === 'string') return [...block(1, name), ...block(4, value), ...number(20, 3)];
  if (Array.isArray(value)) return [...block(1, name), ...value.flatMap((item) => number(8, item)), ...number(20, 7)];
  if (Number.isInteger(value)) return [...block(1, name), ...number(3, value), ...number(20, 2)];
  return [...block(1, name), ...float(2, value), ...number(20, 1)];
}

/** A shape's numbers are fixed lengths, its texts names of lengths that are known when it runs. */
function valueInfo(name, type, shape) {
  const dimensions = shape.flatMap((length) =>
    block(1, typeof length === 'string' ? block(2, length) : number(1, length)),
  );
  return [...block(1, name), ...block(2, block(1, [...number(1, kTypes[type]), ...block(2, dimensions)]))];
}

/** A graph under construction. Every method that makes a value returns its name. */
export class Graph {
  #pieces = [];
  #values = 0;

  #add(field, content) {
    this.#pieces.push(...block(field, content));
  }

  input(name, shape, type = 'float') {
    this.#add(11, valueInfo(name, type, shape));
    return name;
  }

  output(name, shape, type = 'float') {
    this.#add(12, valueInfo(name, type, shape));
    return name;
  }

  /** An array that is part of the model. */
  constant(name, { shape, data }) {
    this.#add(5, tensor(name, shape, data));
    return name;
  }

  scalar(value) {
    return this.constant(`value_${++this.#values}`, { shape: [], data: Float32Array.of(value) });
  }

  integers(...values) {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant(`value_${++this.#values}`, { shape: [values.length], data });
  }

  /** One operator; `outputs` is how many results it has or what they are called. One result comes back bare. */
  node(operator, inputs, attributes = {}, outputs = 1) {
    const names =
      typeof outputs === 'number' ? Array.from({ length: outputs }, () => `value_${++this.#values}`) : [outputs].flat();
    this.#add(1, [
      ...inputs.flatMap((name) => block(1, name)),
      ...names.flatMap((name) => block(2, name)),
      ...block(4, operator),
      ...Object.entries(attributes).flatMap(([name, value]) => block(5, attribute(name, value))),
    ]);
    return names.length === 1 ? names[0] : names;
  }

  /** The bytes of the model. */
  encode() {
    const graph = [...block(2, 'bench'), ...this.#pieces];
    const pieces = [...number(1, kIrVersion), ...block(7, graph), ...block(8, [...block(1, ''), ...number(2, kOpset)])];
    const bytes = new Uint8Array(byteLength(pieces));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }
}
