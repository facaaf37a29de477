export type Use = 'mysql';
export interface Provides {
  mysql: { a: 1 };
}
