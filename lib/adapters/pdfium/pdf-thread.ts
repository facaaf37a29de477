import { parentPort, workerData } from 'node:worker_threads';
import { init, type WrappedPdfiumModule } from '@embedpdf/pdfium';
import type { PdfJob, PdfResult } from './read-pdf.ts';

/* Runs in a thread of its own, once per file: whatever the file does to PDFium ends with the thread. */

/** FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY. */
const locked = new Set([4, 5]);

const { bytes, wasm, maxPages, maxCharacters } = workerData as PdfJob;
const pdfium = await init({ wasmBinary: Uint8Array.from(wasm).buffer });
pdfium.PDFiumExt_Init();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.postMessage(read(pdfium));

function read(of: WrappedPdfiumModule): PdfResult {
  const file = of.pdfium.wasmExports.malloc(bytes.length);
  if (file === 0) return { failure: 'broken' };
  memoryOf(of).set(bytes, file);
  const document = of.FPDF_LoadMemDocument(file, bytes.length, '');
  if (document === 0) return { failure: locked.has(of.FPDF_GetLastError()) ? 'encrypted' : 'broken' };
  const count = of.FPDF_GetPageCount(document);
  const texts: string[] = [];
  let characters = 0;
  for (let page = 0; page < Math.min(count, maxPages) && characters < maxCharacters; page += 1) {
    const text = readPage(of, document, page).slice(0, maxCharacters - characters);
    texts.push(text);
    characters += text.length;
  }
  return { texts, pages: count, isCut: characters >= maxCharacters, title: readTitle(of, document) };
}

function readPage(of: WrappedPdfiumModule, document: number, number: number): string {
  const page = of.FPDF_LoadPage(document, number);
  if (page === 0) return '';
  const text = of.FPDFText_LoadPage(page);
  const count = text === 0 ? 0 : Math.min(of.FPDFText_CountChars(text), maxCharacters);
  const read = count <= 0 ? '' : readUtf16(of, (count + 1) * 2, (at) => of.FPDFText_GetText(text, 0, count, at) * 2);
  if (text !== 0) of.FPDFText_ClosePage(text);
  of.FPDF_ClosePage(page);
  return read;
}

function readTitle(of: WrappedPdfiumModule, document: number): string {
  return readUtf16(of, 1024, (at) => of.FPDF_GetMetaText(document, 'Title', at, 1024));
}

/** What `fill` writes into a buffer of `size` bytes; it answers how many bytes it wrote, with the NUL at the end. */
function readUtf16(of: WrappedPdfiumModule, size: number, fill: (at: number) => number): string {
  const at = of.pdfium.wasmExports.malloc(size);
  if (at === 0) return '';
  const written = Math.max(0, Math.min(size, fill(at)) - 2);
  const text = Buffer.from(memoryOf(of).buffer, at, written).toString('utf16le');
  of.pdfium.wasmExports.free(at);
  return text;
}

/** Anew for each use: growing replaces the buffer. */
function memoryOf({ pdfium: { wasmExports } }: WrappedPdfiumModule): Uint8Array<ArrayBuffer> {
  const { memory } = wasmExports as unknown as { readonly memory: { readonly buffer: ArrayBuffer } };
  return new Uint8Array(memory.buffer);
}
