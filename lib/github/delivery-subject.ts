const app = 'app';

/** What deliveries to the application's one webhook are kept under: their repository, where they name one. Others are kept under their connection. */
export function subjectOfApp(repositoryId: number | undefined): string {
  return repositoryId === undefined ? app : `${app}:${repositoryId}`;
}

export function isOfApp(subject: string): boolean {
  return subject.split(':')[0] === app;
}
