import { Int32 } from 'bson';
import { aggregate } from '../aggregate.ts';
import { mongoError } from '../errors.ts';
import { encodeValue } from '../key-encoding.ts';
import { isLong, isNumeric, toDouble } from '../numbers.ts';
import { walk } from '../paths.ts';
import { compileProjection } from '../projection.ts';
import { runQuery } from '../query.ts';
import { parseSort } from '../sort.ts';
import { encode, isDoc } from '../values.ts';
import { countOption, deadlineOf, docOption, type Handler, listOption, targetOf, withFields } from './context.ts';

const find: Handler = (context) => {
  const { command, cursors } = context;
  const { storage, db, name } = targetOf(context);
  const limit = isNumeric(command['limit']) ? toDouble(command['limit']) : 0;
  const projection = docOption(command, 'projection');
  const reshape = Object.keys(projection).length > 0 ? compileProjection(projection) : undefined;
  const collection = storage.collection(db, name);
  const found = runQuery(collection, {
    filter: docOption(command, 'filter'),
    sort: parseSort(command['sort']),
    skip: countOption(command, 'skip') ?? 0,
    limit: Math.abs(limit),
    deadline: deadlineOf(command),
  });
  const documents = Iterator.from(found).map(({ bytes, doc }) => (reshape ? encode(reshape(doc)) : bytes));
  return cursors.start(`${db}.${name}`, documents, {
    batchSize: countOption(command, 'batchSize'),
    single: command['singleBatch'] === true || limit < 0,
  });
};

const getMore: Handler = ({ cursors, db, command }) => {
  const { getMore: id, collection } = command;
  if (!isLong(id))
    throw mongoError('TypeMismatch', "BSON field 'getMore.getMore' is the wrong type, expected type 'long'");
  const batchSize = countOption(command, 'batchSize');
  return cursors.next(id.toBigInt(), `${db}.${String(collection)}`, batchSize === 0 ? undefined : batchSize);
};

const killCursors: Handler = ({ cursors, command }) => {
  const ids = Array.isArray(command['cursors']) ? command['cursors'].filter(isLong) : [];
  const killed = ids.filter((id) => cursors.kill(id.toBigInt()));
  return {
    cursorsKilled: killed,
    cursorsNotFound: ids.filter((id) => !killed.includes(id)),
    cursorsAlive: [],
    cursorsUnknown: [],
  };
};

const count: Handler = (context) => {
  const { command } = context;
  const { storage, db, name } = targetOf(context);
  const collection = storage.collection(db, name);
  const filter = docOption(command, 'query');
  const skip = countOption(command, 'skip') ?? 0;
  const limit = isNumeric(command['limit']) ? Math.abs(toDouble(command['limit'])) : 0;
  if (Object.keys(filter).length === 0 && skip === 0 && limit === 0) return { n: new Int32(collection?.count() ?? 0) };
  const found = runQuery(collection, { filter, skip, limit, deadline: deadlineOf(command) });
  return { n: new Int32(Iterator.from(found).reduce((n) => n + 1, 0)) };
};

const distinct: Handler = (context) => {
  const { command } = context;
  const { storage, db, name } = targetOf(context);
  const { key } = command;
  if (typeof key !== 'string')
    throw mongoError('TypeMismatch', "BSON field 'distinct.key' is the wrong type, expected type 'string'");
  const values = new Map<string, unknown>();
  const query = { filter: docOption(command, 'query'), deadline: deadlineOf(command) };
  for (const { doc } of runQuery(storage.collection(db, name), query)) {
    walk(doc, key.split('.'), (leaf) => {
      for (const value of Array.isArray(leaf) ? leaf : [leaf]) {
        const known = encodeValue(value).toString('latin1');
        if (value !== undefined && !values.has(known)) values.set(known, value);
      }
      return false;
    });
  }
  const sorted = [...values].toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return { values: sorted.map(([, value]) => value) };
};

const aggregateCommand: Handler = (context) => {
  const { command, cursors } = context;
  const { storage, db, name } = targetOf(context);
  const { cursor } = command;
  if (!isDoc(cursor)) throw mongoError('FailedToParse', "The 'cursor' option is required");
  const collection = storage.collection(db, name);
  const documents = aggregate(collection, listOption(command, 'pipeline'), { deadline: deadlineOf(command) });
  return cursors.start(`${db}.${name}`, documents, { batchSize: countOption(cursor, 'batchSize') });
};

export const readCommands: Readonly<Record<string, Handler>> = {
  find: withFields(
    'filter sort projection skip limit batchSize singleBatch allowDiskUse noCursorTimeout allowPartialResults',
    find,
  ),
  getMore: withFields('collection batchSize', getMore),
  killCursors: withFields('cursors', killCursors),
  count: withFields('query skip limit', count),
  distinct: withFields('key query', distinct),
  aggregate: withFields('pipeline cursor allowDiskUse bypassDocumentValidation', aggregateCommand),
};
