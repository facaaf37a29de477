/* Names that one format has and another must spell differently. */

/** A slug from any label; `server` when nothing of it is left. */
export function slugFrom(label: string): string {
  const slug = label
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 200)
    .replaceAll(/^-+|-+$/g, '');
  return slug === '' ? 'server' : slug;
}

/** The first of `base`, `base-2`, `base-3` … that is not taken; it is taken from then on. */
export function takeName(base: string, taken: Set<string>): string {
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}-${number}`;
  taken.add(name);
  return name;
}
