import { deflateSync } from 'node:zlib';
import { pdf, pdfOf } from '../../functions/knowledge/files.ts';

const page = (contents: string): string[] => [
  '<</Type/Catalog/Pages 2 0 R>>',
  '<</Type/Pages/Kids[3 0 R]/Count 1>>',
  '<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
  contents,
  '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
];
const stream = (dictionary: string, bytes: Buffer): string =>
  `<<${dictionary}/Length ${bytes.length}>>stream\n${bytes.toString('latin1')}\nendstream`;
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const bomb = (size: number): Buffer => deflateSync(deflateSync(Buffer.alloc(size), { level: 9 }), { level: 9 });
const textBomb = deflateSync(Buffer.from(`BT /F1 1 Tf ${'(aaaaaaaaaaaaaaaaaaaa) Tj '.repeat(1_000_000)} ET`), {
  level: 9,
});

/** Files that bring readers of PDF down, by what they do. */
export const hostilePdfs: Readonly<Record<string, Buffer>> = {
  'two deflations of 200 MB': bytes(pdf(page(stream('/Filter[/FlateDecode/FlateDecode]', bomb(200_000_000))))),
  'twenty million characters': bytes(pdf(page(stream('/Filter/FlateDecode', textBomb)))),
  'the same page 20,000 times': bytes(
    pdf([
      '<</Type/Catalog/Pages 2 0 R>>',
      `<</Type/Pages/Kids[${'3 0 R '.repeat(20_000)}]/Count 20000>>`,
      ...page(stream('', bytes('BT ET'))).slice(2),
    ]),
  ),
  'a count of two billion': bytes(pdf(['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[]/Count 2147483647>>'])),
  'pages that are their own parent': bytes(
    pdf(['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[2 0 R]/Count 1>>']),
  ),
  'a catalog that is itself': bytes(pdf(['1 0 R'])),
  'arrays 100,000 deep': bytes(pdf([`<</Type/Catalog/Pages 2 0 R/X ${'['.repeat(100_000)}${']'.repeat(100_000)}>>`])),
  'dictionaries 50,000 deep': bytes(pdf([`<</Type/Catalog/X ${'<</X '.repeat(50_000)}`])),
  'a stream as long as it says': bytes(pdf(page('<</Length 2147483647>>stream\nBT ET\nendstream'))),
  'a negative length': bytes(pdf(page('<</Length -1>>stream\nBT ET\nendstream'))),
  'a form that draws itself': bytes(
    pdf(page(stream('/Type/XObject/Subtype/Form/Resources<</XObject<</A 4 0 R>>>>', bytes('/A Do')))),
  ),
  'a trailer that leads back': bytes(
    `%PDF-1.7\nxref\n0 1\n0000000000 65535 f\ntrailer<</Size 1/Prev 9/Root 1 0 R>>\nstartxref\n9\n%%EOF`,
  ),
  'a table that starts beyond the end': bytes('%PDF-1.7\nstartxref\n99999999999999\n%%EOF'),
  'a script in its font matrix': bytes(
    pdf([
      ...page(stream('', bytes('BT /F1 9 Tf (x) Tj ET'))).slice(0, 4),
      '<</Type/Font/Subtype/Type1/BaseFont/X/FontMatrix[1 2 3 4 5 (0\\); alert\\(1\\))]>>',
    ]),
  ),
  'a page 10 to the 30 wide': bytes(pdfOf('wide').replace('612 792', '1e30 1e30')),
  'nothing after its head': bytes('%PDF-1.7\n'),
  'cut in the middle': bytes(pdfOf('A line of text').slice(0, 200)),
  'flipped bits': bytes(pdfOf('A line of text').replace(/[aeiou]/g, '\u0000')),
};

/** Pages that bring walkers of HTML down. */
export const hostilePages: Readonly<Record<string, string>> = {
  '200,000 elements deep': '<div>'.repeat(200_000),
  'unclosed tables': '<table><tr><td>'.repeat(60_000),
  'unclosed formatting': '<b><i><u>'.repeat(60_000),
  'a million attributes': `<p ${'a=1 '.repeat(500_000)}>x`,
  entities: '&lt;&#x26;&NotEqualTilde;'.repeat(100_000),
  'a comment without an end': `<!--${'-'.repeat(2_000_000)}`,
  'nothing that is HTML': '\u0001\u0002<<<>>>&&&'.repeat(100_000),
};

/** Texts that bring parsers of Markdown down. */
export const hostileMarkdown: Readonly<Record<string, string>> = {
  'lists 100,000 deep': Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(Math.min(depth, 1000))}- x`).join(
    '\n',
  ),
  'quotes 500,000 deep': `${'>'.repeat(500_000)} x`,
  'backtick runs': Array.from({ length: 3000 }, (_, length) => '`'.repeat(length % 400)).join(' '),
  'a fence without an end': `\`\`\`\n${'x\n'.repeat(500_000)}`,
  'one line without a space': 'x'.repeat(2_000_000),
  'headings alone': '# x\n'.repeat(200_000),
};
