import type { Manifest, SegmentStore } from '../../../lib/knowledge/index/ports.ts';

/** The port of segments over maps: for properties over thousands of indexes; the store itself is under test elsewhere. */
export function memorySegments(): SegmentStore & { readonly parts: Map<string, Uint8Array> } {
  const parts = new Map<string, Uint8Array>();
  let manifest: Manifest = { generation: 0, segments: [], stale: [] };
  const read = (keys: readonly string[]) =>
    new Map(keys.flatMap((key) => (parts.has(key) ? [[key, parts.get(key) ?? new Uint8Array()] as const] : [])));
  return {
    parts,
    manifest: async () => manifest,
    async swap(_space, from, { segments, forget }) {
      if (from.generation !== manifest.generation) return false;
      const stale = manifest.stale.filter(
        (one) => !forget.some(({ id, version }) => id === one.id && version === one.version),
      );
      manifest = { generation: from.generation + 1, segments, stale };
      return true;
    },
    async markStale(_space, versions) {
      manifest = { ...manifest, stale: [...manifest.stale, ...versions] };
    },
    async write(id, { header, blocks }) {
      parts.set(`${id}:h`, header);
      blocks.forEach((block, number) => parts.set(`${id}:${number}`, block));
    },
    headers: async (ids) =>
      new Map([...read(ids.map((id) => `${id}:h`))].map(([key, bytes]) => [key.slice(0, -2), bytes])),
    blocks: async (keys) => read(keys),
    async removeUnnamed() {
      const named = new Set(manifest.segments.map(({ id }) => id));
      for (const key of parts.keys()) if (!named.has(key.split(':')[0] ?? '')) parts.delete(key);
      return 0;
    },
  };
}
