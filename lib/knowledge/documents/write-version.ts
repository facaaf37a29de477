import type { DocumentStore, PassageRecord } from '../ports.ts';

type Documents = Pick<DocumentStore, 'noteVersion' | 'insertPassages' | 'abandonVersion'>;

/** The version `from` of a document, or the first one after it that nobody else is writing or has died writing: passages of two writers never mix. */
export async function claimVersion(documents: Documents, id: string, from: number): Promise<number> {
  let version = from;
  while (!(await documents.noteVersion(id, version))) version += 1;
  return version;
}

/**
 * Writes the passages of a noted version, then the document that makes them count. Should nothing come of it, here or in a process that dies, the passages are removed. The
 * note of what counts goes when it is indexed, many at a time.
 * @param write Answers whether the document is at the version now.
 */
export async function writeVersion(
  documents: Documents,
  { id, version }: { readonly id: string; readonly version: number },
  passages: readonly PassageRecord[],
  write: () => Promise<boolean>,
): Promise<boolean> {
  await documents.insertPassages(passages);
  const isWritten = await write();
  if (!isWritten) await documents.abandonVersion(id, version);
  return isWritten;
}
