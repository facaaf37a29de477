const newline = 0x0a;

/**
 * Cuts a byte stream into lines. A line longer than `maxBytes` is handed to `tooLong` once, by its beginning, and
 * dropped up to its end.
 */
export function lineReader(
  onLine: (line: string) => void,
  { maxBytes, tooLong }: { readonly maxBytes: number; readonly tooLong: (beginning: string) => void },
): { push(chunk: Buffer): void; end(): void } {
  let parts: Buffer[] = [];
  let bytes = 0;
  let dropping = false;
  const take = (part: Buffer): void => {
    if (dropping) return;
    parts.push(part);
    bytes += part.length;
    if (bytes <= maxBytes) return;
    dropping = true;
    const beginning = Buffer.concat(parts).toString('utf8', 0, 200);
    parts = [];
    tooLong(beginning);
  };
  const finish = (): void => {
    if (!dropping) {
      const line = (parts.length === 1 ? parts[0] : Buffer.concat(parts))?.toString('utf8').trim() ?? '';
      if (line !== '') onLine(line);
    }
    parts = [];
    bytes = 0;
    dropping = false;
  };
  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
        take(chunk.subarray(from, at));
        finish();
        from = at + 1;
      }
      if (from < chunk.length) take(chunk.subarray(from));
    },
    end: finish,
  };
}
