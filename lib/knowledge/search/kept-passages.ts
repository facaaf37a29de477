import { Kept } from '../index/kept.ts';
import type { DocumentStore, PassageRecord } from '../ports.ts';

/** Reads passages, in the order of their ids; those that are gone are left out, or come as they were. */
export type PassageReader = (ids: readonly string[]) => Promise<PassageRecord[]>;

/** Of a record, and for each character of its text: two for itself, and what its words are looked up as. */
const [overhead, perCharacter] = [1000, 5];

/**
 * Keeps about `maxBytes` of passages in the process: a passage never changes, as its id names the version of its document. Whether that is still there, and at that version, is for whoever
 * shows a passage to read each time.
 */
export function keptPassages(store: Pick<DocumentStore, 'passages'>, maxBytes: number): PassageReader {
  const kept = new Kept<PassageRecord>(maxBytes, ({ text }) => overhead + perCharacter * text.length);
  return async (ids) => {
    const found = new Map<string, PassageRecord>();
    for (const id of ids) {
      const passage = kept.get(id);
      if (passage) found.set(id, passage);
    }
    const missing = ids.filter((id) => !found.has(id));
    if (missing.length > 0)
      for (const passage of await store.passages(missing)) found.set(passage.id, kept.keep(passage.id, passage));
    return ids.flatMap((id) => found.get(id) ?? []);
  };
}
