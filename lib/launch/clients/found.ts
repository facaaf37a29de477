import type { JsonObject } from '../json.ts';

export type Path = readonly (string | number)[];

/** A server as a file describes it. */
export interface FoundServer {
  readonly name: string;
  /** An entry of `config.servers`, not yet checked. */
  readonly server: JsonObject;
  /** Where it stands in the file. */
  readonly at: Path;
  /** Members of `server` that the file calls otherwise or has elsewhere below `at`; the longest path counts. */
  readonly places: readonly (readonly [here: Path, there: Path])[];
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly version?: string | undefined;
  readonly tools?: readonly JsonObject[] | undefined;
}

/** Where a member of `server` stands in the file. */
export function placeInFile({ at, places }: Pick<FoundServer, 'at' | 'places'>, path: Path): Path {
  const [best] = places
    .filter(([here]) => here.every((part, index) => String(part) === String(path[index])))
    .toSorted(([a], [b]) => b.length - a.length);
  return best ? [...at, ...best[1], ...path.slice(best[0].length)] : [...at, ...path];
}
