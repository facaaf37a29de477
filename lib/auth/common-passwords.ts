/** Words of the list that are refused with decorations too; rarer ones are refused only as they stand. */
const decoratedWords = 20_000;

/** What anybody tries first at this installation, beside the words that people use everywhere. */
const ownWords = [
  'mcp',
  'mcpplatform',
  'mcpserver',
  'modelcontextprotocol',
  'platformadmin',
  'administrator',
  'changeit',
];

const letters: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
};

interface Words {
  readonly all: ReadonlySet<string>;
  readonly decorated: ReadonlySet<string>;
}

let loading: Promise<Words> | undefined;

/** The list of some 49,000 passwords, read on first use: most requests set no password. */
function words(): Promise<Words> {
  loading ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => {
    const known = dictionary['passwords-common'];
    return {
      all: new Set([...known, ...ownWords]),
      decorated: new Set([...known.slice(0, decoratedWords).filter((word) => word.length > 2), ...ownWords]),
    };
  });
  return loading;
}

/**
 * Whether a password is one that everybody tries first, or such a word in its usual decorations: digits and signs around it, a separator in it, letters written as
 * digits, the word twice. Compares without case, in NFKC.
 * @param personal the user's own name and address, which are as easy to guess.
 */
export async function isCommonPassword(password: string, personal: readonly string[] = []): Promise<boolean> {
  const text = password.normalize('NFKC').toLowerCase();
  const { all, decorated } = await words();
  if (all.has(text) || new Set(text).size < 5) return true;
  const own = personal.flatMap(partsOf);
  return formsOf(text).some((form) => decorated.has(form) || own.includes(form));
}

function formsOf(text: string): string[] {
  const bare = strip(text);
  const plain = [text, bare, text.replace(/[^\p{L}]/gu, ''), bare.replace(/[^\p{L}\p{Nd}]/gu, '')];
  const forms = [...plain, ...plain.map(spelledOut)].flatMap((form) => [form, strip(form)]);
  return [...new Set(forms.flatMap((form) => [form, half(form)]))].filter((form) => form.length > 2);
}

/** Without the digits and signs before and after it. */
function strip(text: string): string {
  return text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
}

function spelledOut(text: string): string {
  return text.replace(/[01345789@$!]/g, (sign) => letters[sign] ?? sign);
}

/** The word of which the text is a repetition, else the text. */
function half(text: string): string {
  const middle = text.length / 2;
  return text.slice(0, middle) === text.slice(middle) ? text.slice(0, middle) : text;
}

function partsOf(name: string): string[] {
  const whole = name.toLowerCase();
  const local = whole.split('@')[0] ?? whole;
  return [whole, local, local.replace(/[^\p{L}\p{Nd}]/gu, ''), strip(local)].filter((part) => part.length > 2);
}
