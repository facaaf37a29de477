import type { EventStream } from './event-stream.ts';

const finishedMs = 60_000;
const maxFinished = 32;
const maxCharacters = 4_000_000;

/**
 * The streams of a session that a client may come back to: all that go on, and of the finished ones the last 32 of the
 * last minute, as far as they hold 4 million characters together.
 */
export class ResumableStreams {
  readonly #streams = new Map<string, EventStream>();

  get(id: string): EventStream | undefined {
    return this.#streams.get(id);
  }

  keep(stream: EventStream): void {
    this.#streams.set(stream.id, stream);
    this.#clear();
  }

  finishAll(): void {
    for (const stream of this.#streams.values()) stream.finish();
  }

  #clear(): void {
    const oldest = performance.now() - finishedMs;
    const finished = [...this.#streams.values()].filter(({ finishedAt }) => finishedAt !== undefined).toReversed();
    let characters = 0;
    for (const [index, stream] of finished.entries()) {
      characters += stream.characters;
      const tooOld = (stream.finishedAt ?? 0) < oldest;
      if (tooOld || index >= maxFinished || characters > maxCharacters) this.#streams.delete(stream.id);
    }
  }
}
