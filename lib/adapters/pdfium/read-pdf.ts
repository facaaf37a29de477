import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Problem } from '../../kernel/errors/problem.ts';
import type { PdfReader } from '../../knowledge/parse/ports.ts';
import { limitMemory } from './limit-memory.ts';

/** What the thread gets. */
export interface PdfJob {
  readonly bytes: Uint8Array;
  readonly wasm: Uint8Array;
  readonly maxPages: number;
  readonly maxCharacters: number;
}

export type PdfResult =
  | { readonly failure: 'encrypted' | 'broken' }
  | { readonly texts: readonly string[]; readonly pages: number; readonly isCut: boolean; readonly title: string };

/** 208 MB, so that the process keeps within 350: hostile files end here, real ones of 300 pages need 60. */
const memoryPages = 3328;
/** Of the thread's own time: on a busy machine a good file is not refused for what others do. */
const mostCpuMs = 8000;
const deadlineMs = 60_000;
const maxPages = 1000;
const maxCharacters = 2_000_000;

/** Reads PDF files with PDFium. `assets` is the folder with the thread and PDFium in a bundle; without it they are where npm has put them. */
export function pdfiumReader(assets: string | undefined): PdfReader {
  let wasm: Promise<Uint8Array> | undefined;
  return {
    async read(bytes) {
      wasm ??= readFile(wasmFile(assets)).then((module) => limitMemory(module, memoryPages));
      const result = await inThread(assets, { bytes, wasm: await wasm, maxPages, maxCharacters });
      if ('failure' in result) throw unreadable(reasons[result.failure]);
      return parsed(result);
    },
  };
}

const reasons = {
  encrypted: 'The PDF is encrypted; upload it without a password.',
  broken: 'The file is not a PDF that can be read.',
} as const;

function parsed({ texts, pages, isCut, title }: Exclude<PdfResult, { failure: string }>) {
  const starts: number[] = [];
  let content = '';
  for (const text of texts) {
    starts.push(content.length);
    content += `${tidy(text)}\n\n`;
  }
  const notes = [
    ...(pages > texts.length ? [`Of ${pages} pages the first ${texts.length} were read.`] : []),
    ...(isCut ? [`The text was cut after ${maxCharacters} characters.`] : []),
  ];
  return { content, title: tidy(title).trim() || undefined, pages: starts, notes };
}

/** PDFium ends lines with CR LF and marks hyphens at line ends with U+FFFE or U+0002. */
function tidy(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll('\u0002', '\uFFFE')
    .replace(/\uFFFE\n?/g, '')
    .replaceAll('\0', '')
    .toWellFormed();
}

/** @throws Problem `validation-error` when the file is too much for the thread. */
function inThread(assets: string | undefined, job: PdfJob): Promise<PdfResult> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(threadFile(assets), {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: 128, stackSizeMb: 4 },
      stdout: true,
      stderr: true,
    });
    const startedAt = performance.now();
    let hasEnded = false;
    const end = (finish: () => void): void => {
      if (hasEnded) return;
      hasEnded = true;
      clearInterval(timer);
      // Its memory is free again before the next file comes.
      void thread.terminate().finally(finish);
    };
    const refuse = (): void => end(() => reject(unreadable('The PDF takes too long to read.')));
    const checkTime = async (): Promise<void> => {
      if (performance.now() - startedAt > deadlineMs) return refuse();
      const { user, system } = await thread.cpuUsage();
      if ((user + system) / 1000 > mostCpuMs) refuse();
    };
    // A thread that has ended meanwhile has no time any more, and has given its answer.
    const timer = setInterval(() => void checkTime().catch(() => undefined), 250);
    thread.once('message', (result: PdfResult) => end(() => resolve(result)));
    thread.once('error', () => end(() => reject(unreadable('The PDF needs more memory than one file may have.'))));
    thread.once('exit', () => end(() => reject(unreadable('The file is not a PDF that can be read.'))));
  });
}

function unreadable(detail: string): Problem {
  return new Problem('validation-error', { detail });
}

function threadFile(assets: string | undefined): string | URL {
  return assets === undefined ? new URL('pdf-thread.ts', import.meta.url) : join(assets, 'pdf-thread.mjs');
}

function wasmFile(assets: string | undefined): string {
  if (assets !== undefined) return join(assets, 'pdfium.wasm');
  return createRequire(import.meta.url).resolve('@embedpdf/pdfium/pdfium.wasm');
}
