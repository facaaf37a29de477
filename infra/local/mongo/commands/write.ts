import { Int32 } from 'bson';
import { MongoError, mongoError } from '../errors.ts';
import { deleteDocuments, insertDocument, updateDocuments, type UpdateRequest } from '../modify.ts';
import { isNumeric, toDouble } from '../numbers.ts';
import { compileProjection } from '../projection.ts';
import type { Doc } from '../values.ts';
import {
  assertKnown,
  type Context,
  deadlineOf,
  docOption,
  type Handler,
  listOption,
  targetOf,
  withFields,
} from './context.ts';

/** Runs the statements of a write one after the other; an ordered write stops at the first that fails. */
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
    const got = `Got ${statements.length} operations.`;
    throw mongoError('InvalidOptions', `Write batch sizes must be between 1 and 100000. ${got}`);
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

function updateRequestOf(statement: Doc, command: Doc): UpdateRequest {
  return {
    filter: docOption(statement, 'q'),
    update: statement['u'],
    multi: statement['multi'] === true,
    upsert: statement['upsert'] === true,
    deadline: deadlineOf(command),
  };
}

const updateFields = new Set(['q', 'u', 'multi', 'upsert']);
const deleteFields = new Set(['q', 'limit']);

const update: Handler = (context) => {
  const target = targetOf(context);
  const upserted: Doc[] = [];
  let [n, nModified] = [0, 0];
  const errors = eachStatement(context.command, statementsOf(context.command, 'updates'), (statement, index) => {
    assertKnown('update.updates', statement, updateFields);
    const outcome = updateDocuments(target, updateRequestOf(statement, context.command));
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
    assertKnown('delete.deletes', statement, deleteFields);
    const limit = isNumeric(statement['limit']) ? toDouble(statement['limit']) : -1;
    if (limit !== 0 && limit !== 1)
      throw mongoError('FailedToParse', `The limit field in delete objects must be 0 or 1. Got ${limit}`);
    const query = { filter: docOption(statement, 'q'), limit, deadline: deadlineOf(context.command) };
    n += deleteDocuments(target, query);
  });
  return { n: new Int32(n), ...errors };
};

function modifiedValue(context: Context): { value: Doc | undefined; lastErrorObject: Doc } {
  const { command } = context;
  const target = targetOf(context);
  const isNew = command['new'] === true;
  if (command['update'] === undefined)
    throw mongoError('FailedToParse', 'Either an update or remove=true must be specified');
  const statement = { q: command['query'], u: command['update'], upsert: command['upsert'] };
  const { matched, before, after, upserted } = updateDocuments(target, updateRequestOf(statement, command));
  return {
    value: isNew ? (upserted ?? after) : before,
    lastErrorObject: {
      n: new Int32(matched + Number(upserted !== undefined)),
      updatedExisting: matched > 0,
      ...(upserted ? { upserted: upserted['_id'] } : {}),
    },
  };
}

const findAndModify: Handler = (context) => {
  const fields = docOption(context.command, 'fields');
  const reshape = Object.keys(fields).length > 0 ? compileProjection(fields) : undefined;
  const { value, lastErrorObject } = modifiedValue(context);
  return { lastErrorObject, value: value ? (reshape?.(value) ?? value) : null };
};

export const writeCommands: Readonly<Record<string, Handler>> = {
  insert: withFields('documents ordered bypassDocumentValidation', insert),
  update: withFields('updates ordered bypassDocumentValidation', update),
  delete: withFields('deletes ordered', deleteCommand),
  findAndModify: withFields('query update new fields upsert bypassDocumentValidation', findAndModify),
};
