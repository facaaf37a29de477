import { Int32 } from 'bson';
import { MongoError, mongoError, notSupported } from '../errors.ts';
import { deleteDocuments, insertDocument, updateDocuments, type UpdateRequest } from '../modify.ts';
import { isNumeric, toDouble } from '../numbers.ts';
import { compileProjection } from '../projection.ts';
import { parseSort } from '../sort.ts';
import { type Doc, isDoc } from '../values.ts';
import { type Context, docOption, type Handler, listOption, targetOf } from './context.ts';
import { checkHint } from './read.ts';

/** Does one statement of a write after the other; an ordered one stops at the first that fails. */
function eachStatement<T>(command: Doc, statements: readonly T[], run: (statement: T, index: number) => void): Doc {
  const writeErrors: Doc[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      run(statement, index);
    } catch (error) {
      if (!(error instanceof MongoError)) throw error;
      writeErrors.push({ index: new Int32(index), code: error.code, ...error.extra, errmsg: error.message });
      if (command['ordered'] !== false) break;
    }
  }
  return writeErrors.length > 0 ? { writeErrors } : {};
}

function statementsOf(command: Doc, name: string): Doc[] {
  const statements = listOption(command, name);
  if (statements.length === 0 || statements.length > 100_000) {
    throw mongoError(
      'InvalidOptions',
      `Write batch sizes must be between 1 and 100000. Got ${statements.length} operations.`,
    );
  }
  return statements;
}

const insert: Handler = (context) => {
  const target = targetOf(context);
  const documents = statementsOf(context.command, 'documents');
  const raw = context.request.sequences.get('documents');
  let n = 0;
  const errors = eachStatement(context.command, documents, (doc, i) => {
    insertDocument(target, doc, raw?.[i]);
    n += 1;
  });
  return { n: new Int32(n), ...errors };
};

function updateRequestOf(statement: Doc, variables: Doc): UpdateRequest {
  if (listOption(statement, 'arrayFilters').length > 0) throw notSupported('an update with arrayFilters');
  return {
    filter: docOption(statement, 'q'),
    update: statement['u'],
    multi: statement['multi'] === true,
    upsert: statement['upsert'] === true,
    sort: parseSort(statement['sort']),
    variables: { ...variables, ...docOption(statement, 'c') },
  };
}

const update: Handler = (context) => {
  const target = targetOf(context);
  const upserted: Doc[] = [];
  let [n, nModified] = [0, 0];
  const errors = eachStatement(context.command, statementsOf(context.command, 'updates'), (statement, index) => {
    refuseCollation(statement);
    checkHint(context, target.name, statement['hint']);
    const outcome = updateDocuments(target, updateRequestOf(statement, docOption(context.command, 'let')));
    if (outcome.upserted) upserted.push({ index: new Int32(index), _id: outcome.upserted['_id'] });
    n += outcome.matched + Number(outcome.upserted !== undefined);
    nModified += outcome.modified;
  });
  return { n: new Int32(n), nModified: new Int32(nModified), ...(upserted.length > 0 ? { upserted } : {}), ...errors };
};

const deleteCommand: Handler = (context) => {
  const target = targetOf(context);
  let n = 0;
  const errors = eachStatement(context.command, statementsOf(context.command, 'deletes'), (statement) => {
    refuseCollation(statement);
    checkHint(context, target.name, statement['hint']);
    const limit = isNumeric(statement['limit']) ? toDouble(statement['limit']) : -1;
    if (limit !== 0 && limit !== 1)
      throw mongoError('FailedToParse', 'The limit field in delete objects must be 0 or 1. Got ' + String(limit));
    n += deleteDocuments(target, docOption(statement, 'q'), limit, [], docOption(context.command, 'let')).length;
  });
  return { n: new Int32(n), ...errors };
};

/** Strings compare by their bytes alone here, so another collation would give wrong answers. */
export function refuseCollation(options: Doc): void {
  const { collation } = options;
  if (isDoc(collation) && Object.keys(collation).length > 0 && collation['locale'] !== 'simple') {
    throw mongoError('NotImplemented', 'collation is not supported by this server');
  }
}

function modifiedValue(context: Context): { value: Doc | undefined; lastErrorObject: Doc } {
  const { command } = context;
  const target = targetOf(context);
  const [filter, sort] = [docOption(command, 'query'), parseSort(command['sort'])];
  const variables = docOption(command, 'let');
  if (command['remove'] === true) {
    if (command['update'] !== undefined)
      throw mongoError('FailedToParse', 'Cannot specify both an update and remove=true');
    if (command['new'] === true)
      throw mongoError(
        'FailedToParse',
        "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
      );
    const [value] = deleteDocuments(target, filter, 1, sort, variables);
    return { value, lastErrorObject: { n: new Int32(value ? 1 : 0) } };
  }
  if (command['update'] === undefined)
    throw mongoError('FailedToParse', 'Either an update or remove=true must be specified');
  const statement = {
    q: filter,
    u: command['update'],
    upsert: command['upsert'],
    arrayFilters: command['arrayFilters'] ?? [],
  };
  const outcome = updateDocuments(target, { ...updateRequestOf(statement, variables), sort });
  const isNew = command['new'] === true;
  return {
    value: isNew ? (outcome.upserted ?? outcome.after) : outcome.before,
    lastErrorObject: {
      n: new Int32(outcome.matched + Number(outcome.upserted !== undefined)),
      updatedExisting: outcome.matched > 0,
      ...(outcome.upserted ? { upserted: outcome.upserted['_id'] } : {}),
    },
  };
}

const findAndModify: Handler = (context) => {
  const { command } = context;
  checkHint(context, targetOf(context).name, command['hint']);
  const fields = docOption(command, 'fields');
  const reshape = Object.keys(fields).length > 0 ? compileProjection(fields) : undefined;
  const { value, lastErrorObject } = modifiedValue(context);
  return { lastErrorObject, value: value ? (reshape?.(value) ?? value) : null };
};

export const writeCommands: Record<string, Handler> = {
  insert,
  update,
  delete: deleteCommand,
  findAndModify,
  findandmodify: findAndModify,
};
