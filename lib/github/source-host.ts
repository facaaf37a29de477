/*
 * The port to the service that hosts source repositories. It speaks of repositories, commits, files and reviews; what a host calls them is the
 * adapter's affair.
 */

/** Who asks the host: a personal token, the installation of the platform's own application, or nobody. */
export type HostCredential =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'installation'; readonly id: number }
  | { readonly kind: 'anonymous' };

export interface Repository {
  /** The host's number; it outlives a rename and a transfer. */
  readonly id: number;
  /** owner/name, as the host spells it. */
  readonly name: string;
  readonly url: string;
  readonly defaultBranch: string;
  readonly isPrivate: boolean;
  readonly isArchived: boolean;
}

/** What the credential may do, as far as the host says so. */
export interface HostGrants {
  readonly installHook: boolean;
  readonly reportStatus: boolean;
  readonly comment: boolean;
  /** Undefined: it does not expire, or the host does not say. */
  readonly expiresAt: Date | undefined;
}

export interface TreeEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'submodule';
  /** The content's hash: the same content has the same one. */
  readonly sha: string;
  /** Bytes; undefined for what is not a file. */
  readonly size: number | undefined;
}

interface HookDelivery {
  readonly id: number;
  /** The same for every attempt at one delivery. */
  readonly guid: string;
  readonly ok: boolean;
  readonly at: Date;
}

/** A change that is proposed for a branch. */
export interface Proposal {
  readonly number: number;
  readonly isOpen: boolean;
  readonly headSha: string;
  readonly baseSha: string;
  readonly baseBranch: string;
  /** The head is in another repository, whose writers may not be this one's. */
  readonly isFromFork: boolean;
  readonly labels: readonly string[];
  /** Only those who may read the repository can fetch its code. */
  readonly isPrivate: boolean;
}

export type Verdict = 'pending' | 'success' | 'failure' | 'neutral';

interface Annotation {
  readonly path: string;
  readonly line: number;
  readonly level: 'notice' | 'warning' | 'failure';
  readonly message: string;
}

export interface Report {
  readonly sha: string;
  readonly verdict: Verdict;
  /** At most 140 characters. */
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
  readonly annotations: readonly Annotation[];
  readonly detailsUrl: string;
}

/** One repository, asked with one credential. Every method throws {@link HostError}. */
export interface HostedRepository {
  /** What it is, and what the credential may do with it. */
  describe(): Promise<{ readonly repository: Repository; readonly grants: HostGrants }>;
  /** Whether the host answered at another name than it was asked for: the repository was renamed or transferred. */
  readonly hasMoved: () => boolean;
  /** The commit that a name stands for, `heads/<branch>` for a branch alone; undefined when it is still the one of `etag`. */
  head(ref: string, etag?: string): Promise<{ readonly sha: string; readonly etag: string | undefined } | undefined>;
  /** One level of a folder ('' is the root); undefined when there is none. */
  folder(commit: string, path: string): Promise<readonly TreeEntry[] | undefined>;
  /** A file's bytes. */
  file(sha: string): Promise<Uint8Array>;
  /** How many commits `of` is ahead of `base` and behind it; undefined when the host does not know one of them. */
  distance(base: string, of: string): Promise<{ readonly ahead: number; readonly behind: number } | undefined>;
  /** Names of the branches that begin with `prefix`. */
  branches(prefix: string): Promise<readonly string[]>;
  addHook(hook: { readonly url: string; readonly secret: string; readonly events: readonly string[] }): Promise<number>;
  changeHookSecret(id: number, hook: { readonly url: string; readonly secret: string }): Promise<void>;
  removeHook(id: number): Promise<void>;
  /** The newest deliveries of a hook, at most 100. */
  hookDeliveries(id: number): Promise<readonly HookDelivery[]>;
  redeliver(hookId: number, deliveryId: number): Promise<void>;
  /** Whether this person may write to the repository. */
  mayWrite(login: string): Promise<boolean>;
  proposal(number: number): Promise<Proposal>;
  /** Writes what a check found where reviewers look: a check run where the credential may, else a commit status. */
  report(name: string, report: Report): Promise<void>;
  /** Keeps one comment, found by `marker` in its text, up to date. */
  keepComment(number: number, marker: string, text: string): Promise<void>;
}

export interface SourceHost {
  /** Hosts whose web addresses name repositories here, in lower case. The first is what addresses are written with. */
  readonly webHosts: readonly string[];
  repository(name: string, credential: HostCredential): HostedRepository;
  /** Where everybody may fetch the files of one commit of a public repository, as a gzipped tar. */
  archiveUrl(name: string, sha: string): string;
  /** The installation of the platform's application on a repository; undefined when there is none, or no application. */
  installationOf(name: string): Promise<number | undefined>;
}

/**
 * `credential`: refused. `forbidden`: not allowed, with what is missing. `missing`: no such thing, or none that the credential may see. `empty`: no commit
 * yet. `limited`: asked too often. `unavailable`: away, silent or broken. `elsewhere`: it answered with a redirect to another host. `refused`: the request does not
 * suit it.
 */
export const hostErrorKinds = [
  'credential',
  'forbidden',
  'missing',
  'empty',
  'limited',
  'unavailable',
  'elsewhere',
  'refused',
] as const;
export type HostErrorKind = (typeof hostErrorKinds)[number];

export class HostError extends Error {
  readonly kind: HostErrorKind;
  /** Seconds after which asking again makes sense; only when `limited`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: HostErrorKind, message: string, options: ErrorOptions & { retryAfterSeconds?: number } = {}) {
    super(message, options);
    this.name = 'HostError';
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** What the host answers; where it refuses by one of `kinds`, what `otherwise` makes of that. */
export async function unlessRefused<T, U>(
  answer: Promise<T>,
  kinds: readonly HostErrorKind[],
  otherwise: (error: HostError) => U,
): Promise<T | Awaited<U>> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof HostError && kinds.includes(error.kind)) return await otherwise(error);
    throw error;
  }
}
