const maxLines = 5_000;
const bytes = 2_000_000;
const lineCharacters = 2_000;
/** Shorter values are parts of too many words. */
const secretCharacters = 8;

export interface LogLine {
  readonly at: string;
  readonly stream: 'stdout' | 'stderr' | 'runner';
  readonly text: string;
}

/** What the server and the runner said last: at most 5,000 lines or 2 MB, each line cut at 2,000 characters. */
export class LogBuffer {
  readonly #lines: LogLine[] = [];
  #characters = 0;
  #secrets: (readonly [name: string, value: string])[] = [];

  /** Values that no line may show; each appears as its name in brackets. */
  mask(values: Readonly<Record<string, string>>): void {
    this.#secrets = Object.entries(values)
      .filter(([, value]) => value.length >= secretCharacters)
      .toSorted(([, a], [, b]) => b.length - a.length);
  }

  add(stream: LogLine['stream'], text: string): void {
    const hidden = this.clean(text);
    const cut = hidden.length > lineCharacters ? `${hidden.slice(0, lineCharacters - 1)}…` : hidden;
    this.#lines.push({ at: new Date().toISOString(), stream, text: cut });
    this.#characters += cut.length;
    while (this.#lines.length > maxLines || this.#characters > bytes) {
      this.#characters -= this.#lines.shift()?.text.length ?? 0;
    }
  }

  /** The last lines, oldest first; of those after `since` (ISO 8601) when given. */
  last(count: number, since?: string): LogLine[] {
    const lines = since === undefined ? this.#lines : this.#lines.filter(({ at }) => at > since);
    return count <= 0 ? [] : lines.slice(-count);
  }

  /** The last lines that the server wrote to standard error; what it wrote elsewhere when there is none. */
  lastErrors(count: number): string[] {
    const errors = this.#lines.filter(({ stream }) => stream === 'stderr');
    return (errors.length > 0 ? errors : this.#lines).slice(-count).map(({ text }) => text);
  }

  clean(text: string): string {
    let cleaned = text;
    for (const [name, value] of this.#secrets) cleaned = cleaned.replaceAll(value, `[${name}]`);
    return cleaned;
  }
}
