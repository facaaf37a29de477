/** The signs of a vector, one bit a dimension: enough to find the few hundred that are worth a closer look. */
export function signsOf(vector: Float32Array): Uint8Array {
  const signs = new Uint8Array(Math.ceil(vector.length / 8));
  vector.forEach((value, at) => {
    if (value > 0) signs[at >> 3] = (signs[at >> 3] ?? 0) | (1 << (at & 7));
  });
  return signs;
}

/** A vector in one byte a dimension, scaled so that its largest member is 127. */
export function quantize(vector: Float32Array): Int8Array {
  const most = vector.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  return Int8Array.from(vector, (value) => Math.round((value / most) * 127));
}

/** The cosine between a vector and a quantized one: -1 to 1. */
export function cosine(vector: Float32Array, quantized: Int8Array): number {
  let [dot, a, b] = [0, 0, 0];
  for (let at = 0; at < vector.length; at += 1) {
    const [x, y] = [vector[at] ?? 0, quantized[at] ?? 0];
    dot += x * y;
    a += x * x;
    b += y * y;
  }
  return a === 0 || b === 0 ? 0 : dot / Math.sqrt(a * b);
}

const ones = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

/** In how many dimensions the signs at `from` differ from the others. */
export function distance(signs: Uint8Array, others: Uint8Array, from: number): number {
  let differing = 0;
  for (let at = 0; at < signs.length; at += 1) differing += ones[(signs[at] ?? 0) ^ (others[from + at] ?? 0)] ?? 0;
  return differing;
}
