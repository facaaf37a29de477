import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pdfiumReader } from '../../../lib/adapters/pdfium/read-pdf.ts';
import { Problem } from '../../../lib/kernel/errors/problem.ts';
import { decodeHtml } from '../../../lib/knowledge/parse/decode-text.ts';
import { readHtml } from '../../../lib/knowledge/parse/read-html.ts';
import { splitPassages } from '../../../lib/knowledge/parse/split-passages.ts';

/* One process reads every file of a folder, as the worker for files does one after the other, and says what each took. */

export interface ReadFile {
  readonly name: string;
  /** Its first words, or why it was refused. */
  readonly outcome: string;
  readonly cpuMs: number;
  /** Of the process, so far. */
  readonly megabytes: number;
}

const folder = process.argv[2] ?? '';
const pdfs = pdfiumReader(undefined);

async function textOf(name: string): Promise<string> {
  const bytes = readFileSync(join(folder, name));
  if (name.endsWith('.pdf')) return (await pdfs.read(bytes)).content;
  return name.endsWith('.html') ? readHtml(decodeHtml(bytes)).content : bytes.toString('utf8');
}

async function outcomeOf(name: string): Promise<string> {
  try {
    const passages = splitPassages(await textOf(name));
    return `${passages.length} passages: ${passages[0]?.text.trim().slice(0, 20) ?? ''}`;
  } catch (error) {
    // Whatever else is thrown ends the process, and with it the test.
    if (error instanceof Problem && error.status === 422) return `refused: ${error.options.detail}`;
    throw error;
  }
}

for (const name of readdirSync(folder).toSorted()) {
  const before = process.cpuUsage();
  const outcome = await outcomeOf(name);
  const { user, system } = process.cpuUsage(before);
  const megabytes = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ name, outcome, cpuMs: (user + system) / 1000, megabytes })}\n`);
}
