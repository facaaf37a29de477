import { expect, it } from 'vitest';
import { detectLanguage } from '../../../lib/knowledge/text/detect-language.ts';

it.each([
  [
    'en',
    'The server takes requests and answers them. Whoever runs it needs an account or a key; both come from the page.',
  ],
  [
    'en',
    '```ts\nimport { serve } from "acme";\nserve({ port: 8080, host: "::1" });\n```\n\nStarts the server with a port and the host that was given.',
  ],
  [
    'de',
    'Der Server nimmt Anfragen entgegen und beantwortet sie. Wer ihn betreibt, braucht ein Konto und einen Schlüssel.',
  ],
  [
    'de',
    'Unter dem Namen »The Server« nimmt er Anfragen entgegen und beantwortet sie, und wer ihn betreibt, braucht dafür ein Konto.',
  ],
  [
    'nl',
    'De server neemt verzoeken aan en beantwoordt ze. Wie hem beheert, heeft een account of een sleutel nodig, for zover of niet.',
  ],
  [
    'fr',
    'Le serveur reçoit des requêtes et y répond. Celui qui l’exploite a besoin d’un compte et d’une clé pour chaque page.',
  ],
  [
    'es',
    'El servidor recibe peticiones y las contesta. Quien lo administra necesita una cuenta y una clave para cada página.',
  ],
  [
    'ro',
    'Serverul primește cereri și răspunde la ele. Cine îl administrează are nevoie de un cont și are nevoie de o cheie.',
  ],
  ['ja', 'サーバーは要求を受け取り、それに答えます。'],
  ['zh', '服务器接收请求并作出回答。'],
  ['el', 'Ο διακομιστής δέχεται αιτήματα και απαντά.'],
  // Too short to be guessed.
  ['en', 'Kurzer Titel'],
])('is %s: %s', async (language, text) => {
  expect(await detectLanguage(text)).toBe(language);
});
