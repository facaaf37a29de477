/** Precedence of Semantic Versioning 2.0.0, section 11; build metadata does not count. */
export function compareVersions(a: string, b: string): number {
  const [coreA, preA] = split(a);
  const [coreB, preB] = split(b);
  return compareParts(coreA, coreB) || comparePre(preA, preB);
}

export function isHigher(candidate: string, than: string): boolean {
  return compareVersions(candidate, than) > 0;
}

function split(version: string): [core: string[], pre: string[]] {
  const [withoutBuild = ''] = version.split('+');
  const dash = withoutBuild.indexOf('-');
  if (dash === -1) return [withoutBuild.split('.'), []];
  return [withoutBuild.slice(0, dash).split('.'), withoutBuild.slice(dash + 1).split('.')];
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  // A version with a pre-release part comes before the one without.
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  return compareParts(a, b);
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = comparePart(part, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function comparePart(a: string, b: string): number {
  const numeric = [a, b].map((part) => /^\d+$/.test(part));
  if (numeric[0] && numeric[1]) return a.length - b.length || compareText(a, b);
  if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1;
  return compareText(a, b);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The lowest version without a pre-release part that is higher. */
export function nextPatch(version: string): string {
  const [[major = '0', minor = '0', patch = '0'], pre] = split(version);
  return `${major}.${minor}.${pre.length > 0 ? patch : (BigInt(patch) + 1n).toString()}`;
}
