import { Int32 } from 'bson';
import { mongoError } from '../errors.ts';
import { encodeValue } from '../key-encoding.ts';
import { isLong, isNumeric, toDouble } from '../numbers.ts';
import { walk } from '../paths.ts';
import { checkPipeline } from '../pipeline.ts';
import { compileProjection } from '../projection.ts';
import { aggregate } from '../aggregate.ts';
import { type Effort, effortOf, type Found, type Query, runQuery } from '../query.ts';
import { parseSort } from '../sort.ts';
import { type Doc, encode, isDoc, isEqual } from '../values.ts';
import { type Context, countOption, deadlineOf, docOption, type Handler, targetOf } from './context.ts';

export function checkHint({ storage, db }: Context, name: string, hint: unknown): void {
  const collection = storage.collection(db, name);
  if (hint === undefined || !collection || (isDoc(hint) && '$natural' in hint)) return;
  const known = collection.indexes.some((index) =>
    typeof hint === 'string' ? index.name === hint : isEqual(index.spec['key'], hint),
  );
  if (!known && !(isDoc(hint) && Object.keys(hint).length === 0)) {
    throw mongoError(
      'BadValue',
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    );
  }
}

function queryOf(context: Context): Query {
  const { command } = context;
  checkHint(context, targetOf(context).name, command['hint']);
  return {
    filter: docOption(command, 'filter'),
    sort: parseSort(command['sort']),
    skip: countOption(command, 'skip') ?? 0,
    limit: isNumeric(command['limit']) ? Math.abs(toDouble(command['limit'])) : 0,
    variables: docOption(command, 'let'),
    ...deadlineOf(command),
  };
}

function* shaped(found: Iterable<Found>, projection: Doc, variables: Doc): Generator<Uint8Array> {
  const isWhole = Object.keys(projection).length === 0;
  const reshape = isWhole ? undefined : compileProjection(projection, variables);
  for (const { bytes, doc } of found) yield reshape ? encode(reshape(doc)) : bytes;
}

const find: Handler = (context) => {
  const { storage, db, command, cursors } = context;
  if (command['tailable'] === true) throw mongoError('BadValue', 'tailable cursor requested on non capped collection');
  const { name } = targetOf(context);
  const query = queryOf(context);
  const projection = docOption(command, 'projection');
  if (Object.keys(projection).length > 0) compileProjection(projection, query.variables);
  const collection = storage.collection(db, name);
  const documents = shaped(runQuery(collection, query), projection, query.variables ?? {});
  const single = command['singleBatch'] === true || (isNumeric(command['limit']) && toDouble(command['limit']) < 0);
  return cursors.start(`${db}.${name}`, documents, {
    batchSize: countOption(command, 'batchSize'),
    single,
    collection,
  });
};

const getMore: Handler = ({ storage, cursors, db, command }) => {
  const { getMore: id, collection } = command;
  if (!isLong(id))
    throw mongoError('TypeMismatch', "BSON field 'getMore.getMore' is the wrong type, expected type 'long'");
  const batchSize = countOption(command, 'batchSize');
  return cursors.next(
    id.toBigInt(),
    `${db}.${String(collection)}`,
    batchSize === 0 ? undefined : batchSize,
    (known) => storage.collection(known.db, known.name)?.id === known.id,
  );
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
  const { storage, db, command } = context;
  const { name } = targetOf(context);
  const collection = storage.collection(db, name);
  const filter = docOption(command, 'query');
  const [skip, limit] = [countOption(command, 'skip') ?? 0, Math.abs(countOption(command, 'limit') ?? 0)];
  if (Object.keys(filter).length === 0 && skip === 0 && limit === 0) return { n: new Int32(collection?.count() ?? 0) };
  let n = 0;
  for (const _ of runQuery(collection, { filter, skip, limit, ...deadlineOf(command) })) n += 1;
  return { n: new Int32(n) };
};

const distinct: Handler = (context) => {
  const { storage, db, command } = context;
  const { name } = targetOf(context);
  const { key } = command;
  if (typeof key !== 'string')
    throw mongoError('TypeMismatch', "BSON field 'distinct.key' is the wrong type, expected type 'string'");
  const values = new Map<string, unknown>();
  const query = { filter: docOption(command, 'query'), ...deadlineOf(command) };
  for (const { doc } of runQuery(storage.collection(db, name), query)) {
    walk(doc, key.split('.'), (leaf) => {
      for (const value of Array.isArray(leaf) ? leaf : [leaf]) {
        const known = encodeValue(value).toString('latin1');
        if (value !== undefined && !values.has(known)) values.set(known, value);
      }
      return false;
    });
  }
  return {
    values: Array.from(values)
      .toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
      .map(([, value]) => value),
  };
};

const aggregateCommand: Handler = (context) => {
  const { storage, db, command, cursors } = context;
  const { aggregate: target, pipeline, cursor, explain: explained } = command;
  checkPipeline(pipeline);
  if (explained === true) return explainAggregate(context, pipeline);
  if (!isDoc(cursor))
    throw mongoError(
      'FailedToParse',
      "The 'cursor' option is required, except for aggregate with the explain argument",
    );
  const name = typeof target === 'string' ? target : undefined;
  if (name !== undefined) checkHint(context, name, command['hint']);
  const documents = aggregate({
    storage,
    db,
    name,
    pipeline,
    variables: docOption(command, 'let'),
    ...deadlineOf(command),
  });
  return cursors.start(`${db}.${name ?? '$cmd.aggregate'}`, documents, { batchSize: countOption(cursor, 'batchSize') });
};

function explanation(namespace: string, { plan, docsExamined }: Effort, returned: number, filter: Doc): Doc {
  const stage = plan.index
    ? {
        stage: 'FETCH',
        inputStage: {
          stage: 'IXSCAN',
          indexName: plan.index.name,
          keyPattern: plan.index.spec['key'],
          isMultiKey: plan.index.multikey,
        },
      }
    : { stage: 'COLLSCAN' };
  return {
    explainVersion: '1',
    queryPlanner: {
      namespace,
      parsedQuery: filter,
      winningPlan: plan.sorted ? stage : { stage: 'SORT', inputStage: stage },
      rejectedPlans: [],
    },
    executionStats: {
      executionSuccess: true,
      nReturned: returned,
      totalDocsExamined: docsExamined,
      totalKeysExamined: plan.index ? docsExamined : 0,
    },
  };
}

function explainAggregate(context: Context, pipeline: Doc[]): Doc {
  const { storage, db } = context;
  const { name } = targetOf(context);
  const [first] = pipeline;
  const filter = isDoc(first?.['$match']) ? first['$match'] : {};
  const effort = effortOf(storage.collection(db, name), { filter });
  return explanation(`${db}.${name}`, effort, 0, filter);
}

const explain: Handler = (context) => {
  const { storage, db } = context;
  const command = docOption(context.command, 'explain');
  const inner = { ...context, command };
  const { name } = targetOf(inner);
  if ('aggregate' in command) {
    checkPipeline(command['pipeline']);
    return explainAggregate(inner, command['pipeline']);
  }
  if (!('find' in command) && !('count' in command))
    throw mongoError('CommandNotFound', `Explain failed due to unknown command: ${Object.keys(command)[0]}`);
  const query = 'find' in command ? queryOf(inner) : { filter: docOption(command, 'query') };
  const collection = storage.collection(db, name);
  const effort = effortOf(collection, query);
  let returned = 0;
  for (const _ of runQuery(collection, query, effort)) returned += 1;
  return explanation(`${db}.${name}`, effort, returned, query.filter);
};

export const readCommands: Record<string, Handler> = {
  find,
  getMore,
  killCursors,
  count,
  distinct,
  aggregate: aggregateCommand,
  explain,
};
