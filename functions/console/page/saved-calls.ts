/* Calls that somebody chose to keep, in this browser. They hold arguments and an answer, and never a credential of the platform. */

export interface SavedCall {
  readonly name: string;
  readonly slug: string;
  /** Of the tool whose server answered, where it was known. */
  readonly revision?: number | undefined;
  readonly tool: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** What it answered when it was saved, as JSON. */
  readonly answer: string;
  readonly at: string;
}

const key = 'mcp-console-calls';
const most = 50;

function savedCalls(): readonly SavedCall[] {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '[]') as SavedCall[];
  } catch {
    // Somebody else's text under our key.
    return [];
  }
}

/** Those of a server, and of its previews of pull requests: each can be replayed against the others. */
export function savedCallsOf(slug: string): readonly SavedCall[] {
  return savedCalls().filter((call) => baseOf(call.slug) === baseOf(slug));
}

function baseOf(slug: string): string {
  return slug.replace(/--pr-\d+$/, '');
}

export function saveCall(call: SavedCall): void {
  const others = savedCalls().filter(({ name, slug }) => name !== call.name || slug !== call.slug);
  localStorage.setItem(key, JSON.stringify([call, ...others].slice(0, most)));
}

export function forgetCall(call: SavedCall): void {
  localStorage.setItem(key, JSON.stringify(savedCalls().filter(({ at }) => at !== call.at)));
}
