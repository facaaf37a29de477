import { Int32 } from 'bson';
import { aggregate } from '../aggregate.ts';
import { mongoError } from '../errors.ts';
import { isLong, isNumeric, toDouble } from '../numbers.ts';
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
  return { cursorsKilled: killed, cursorsNotFound: ids.filter((id) => !killed.includes(id)) };
};

const count: Handler = (context) => {
  const { command } = context;
  const { storage, db, name } = targetOf(context);
  const collection = storage.collection(db, name);
  const filter = docOption(command, 'query');
  if (Object.keys(filter).length === 0) return { n: new Int32(collection?.count() ?? 0) };
  const found = runQuery(collection, { filter, deadline: deadlineOf(command) });
  return { n: new Int32(Iterator.from(found).reduce((n) => n + 1, 0)) };
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
  count: withFields('query', count),
  aggregate: withFields('pipeline cursor allowDiskUse bypassDocumentValidation', aggregateCommand),
};
