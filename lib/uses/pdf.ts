import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import type { PdfReader } from '../knowledge/parse/ports.ts';

/** Reads PDF files. A bundle brings PDFium and its thread beside the function. */
export const use = defineUse({
  variables: {},
  async build(_settings, { assets }): Promise<{ readonly pdfReader: PdfReader }> {
    const { pdfiumReader } = await import('../adapters/pdfium/read-pdf.ts');
    return { pdfReader: pdfiumReader(assets) };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    pdf: ServicesOfUse<typeof use>;
  }
}
