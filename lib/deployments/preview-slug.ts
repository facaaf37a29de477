/** Words of a tool's slug are joined by single hyphens, so no tool has the slug of a preview. */
export function previewSlug(slug: string, preview: string): string {
  return `${slug}--${preview}`;
}

export function splitSlug(slug: string): { readonly slug: string; readonly preview: string | undefined } {
  const at = slug.indexOf('--');
  return at === -1 ? { slug, preview: undefined } : { slug: slug.slice(0, at), preview: slug.slice(at + 2) };
}
