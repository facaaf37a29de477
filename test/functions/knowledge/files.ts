/** A form with a file, as a request's body and headers. */
export async function formOf(
  file: Blob,
  name: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<{ raw: Uint8Array<ArrayBuffer>; headers: Record<string, string> }> {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.set(field, value);
  form.set('file', file, name);
  const request = new Response(form);
  const headers = { 'content-type': request.headers.get('content-type') ?? '' };
  return { raw: new Uint8Array(await request.arrayBuffer()), headers };
}

/** A PDF of one page with one line. */
export function pdfOf(text: string): string {
  const stream = `BT /F1 12 Tf 72 700 Td (${text.replace(/[\\()]/g, String.raw`\$&`)}) Tj ET`;
  return pdf([
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${stream.length}>>stream\n${stream}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ]);
}

/** A PDF of some objects, the first of which is its catalog; readers find them without a table. */
export function pdf(objects: readonly string[], trailer = '<</Root 1 0 R>>'): string {
  return `%PDF-1.7\n${objects.map((object, index) => `${index + 1} 0 obj${object}endobj`).join('\n')}\ntrailer${trailer}\n%%EOF`;
}
