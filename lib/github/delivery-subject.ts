import type { Connection } from './ports.ts';

const app = 'app';

/** What deliveries to the application's one webhook are kept under: their repository, where they name one. Others are kept under their connection. */
export function subjectOfApp(repositoryId: number | undefined): string {
  return repositoryId === undefined ? app : `${app}:${repositoryId}`;
}

export function isOfApp(subject: string): boolean {
  return subject.split(':')[0] === app;
}

/** What deliveries that a connection learns of are kept under. */
export function subjectsOf({
  id,
  installationId,
  repositoryId,
}: Pick<Connection, 'id' | 'installationId' | 'repositoryId'>): string[] {
  return [id, ...(installationId === undefined ? [] : [subjectOfApp(repositoryId)])];
}
