/**
 * A WebAssembly module whose memory may grow to `pages` of 64 KB and no further, by writing the maximum of its memory section anew, in place.
 * @throws Error when the module has no memory of its own with a maximum, or the number does not fit.
 */
export function limitMemory(wasm: Uint8Array, pages: number): Uint8Array {
  const limited = Uint8Array.from(wasm);
  let at = 8;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = limited[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < limited.length) {
    const section = limited[at++];
    const end = varint() + at;
    if (section !== memorySection) {
      at = end;
      continue;
    }
    varint();
    if (((limited[at++] ?? 0) & 1) === 0) break;
    varint();
    const start = at;
    varint();
    write(limited.subarray(start, at), pages);
    return limited;
  }
  throw new Error('The WebAssembly module has no memory with a maximum.');
}

const memorySection = 5;

/** LEB128 in exactly as many bytes as there are. */
function write(bytes: Uint8Array, value: number): void {
  let rest = value;
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = (rest & 127) | (at < bytes.length - 1 ? 128 : 0);
    rest >>>= 7;
  }
  if (rest !== 0) throw new Error('The maximum does not fit into its place.');
}
