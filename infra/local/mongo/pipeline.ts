import { mongoError, notSupported } from './errors.ts';
import { checkExpression, evaluate } from './expressions.ts';
import { compileFilter } from './match.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { compileAddFields, compileProjection, type Reshape } from './projection.ts';
import { parseSort, sortBy } from './sort.ts';
import { countStage, group, sortByCount, unwind } from './stages.ts';
import { type Doc, isDoc, typeName } from './values.ts';

type Stage = (docs: Iterable<Doc>, operand: unknown, variables: Doc) => Iterable<Doc>;

function* mapped(docs: Iterable<Doc>, reshape: Reshape): Generator<Doc> {
  for (const doc of docs) yield reshape(doc);
}

function* filtered(docs: Iterable<Doc>, test: (doc: Doc) => boolean): Generator<Doc> {
  for (const doc of docs) if (test(doc)) yield doc;
}

function docOperand(name: string, operand: unknown): Doc {
  if (isDoc(operand)) return operand;
  throw mongoError(40_272, `${name} specification stage must be an object`);
}

function countOperand(name: string, operand: unknown, least: number): number {
  const count = isNumeric(operand) ? toDouble(operand) : Number.NaN;
  if (Number.isInteger(count) && count >= least) return count;
  if (name === '$limit') throw mongoError(count === 0 ? 15_958 : 5_107_201, 'the limit must be positive');
  throw mongoError(5_107_200, `invalid argument to ${name} stage: Expected a non-negative number`);
}

function* take(docs: Iterable<Doc>, limit: number): Generator<Doc> {
  let left = limit;
  for (const doc of docs) {
    yield doc;
    left -= 1;
    if (left <= 0) return;
  }
}

function* drop(docs: Iterable<Doc>, count: number): Generator<Doc> {
  let left = count;
  for (const doc of docs) {
    left -= 1;
    if (left < 0) yield doc;
  }
}

function replaceRoot(docs: Iterable<Doc>, expr: unknown, variables: Doc): Iterable<Doc> {
  checkExpression(expr);
  return mapped(docs, (doc) => {
    const root = evaluate(expr, doc, variables);
    if (isDoc(root)) return root;
    throw mongoError(
      40_228,
      `'newRoot' expression must evaluate to an object, but resulting value was of type: ${typeName(root)}`,
    );
  });
}

function unset(docs: Iterable<Doc>, operand: unknown): Iterable<Doc> {
  const paths = Array.isArray(operand) ? operand : [operand];
  if (paths.length === 0 || paths.some((path) => typeof path !== 'string')) {
    throw mongoError(31_002, '$unset specification must be a string or an array of strings');
  }
  return mapped(docs, compileProjection(Object.fromEntries(paths.map((path) => [path, false]))));
}

const addFields =
  (name: string): Stage =>
  (docs, operand, variables) =>
    mapped(docs, compileAddFields(docOperand(name, operand), variables));

const stages: Record<string, Stage> = {
  $match: (docs, operand, variables) => {
    if (!isDoc(operand)) throw mongoError(15_959, 'the match filter must be an expression in an object');
    return filtered(docs, compileFilter(operand, variables));
  },
  $sort: (docs, operand) => {
    const sort = parseSort(docOperand('$sort', operand));
    if (sort.length === 0) throw mongoError(15_976, '$sort stage must have at least one sort key');
    return sortBy(docs, sort, (doc) => doc);
  },
  $limit: (docs, operand) => take(docs, countOperand('$limit', operand, 1)),
  $skip: (docs, operand) => drop(docs, countOperand('$skip', operand, 0)),
  $project: (docs, operand, variables) => {
    const fields = docOperand('$project', operand);
    if (Object.keys(fields).length === 0)
      throw mongoError(
        51_272,
        'Invalid $project :: caused by :: projection specification must have at least one field',
      );
    return mapped(docs, compileProjection(fields, variables));
  },
  $addFields: addFields('$addFields'),
  $set: addFields('$set'),
  $unset: unset,
  $replaceRoot: (docs, operand, variables) =>
    replaceRoot(docs, docOperand('$replaceRoot', operand)['newRoot'], variables),
  $replaceWith: replaceRoot,
  $unwind: unwind,
  $group: group,
  $count: countStage,
  $sortByCount: sortByCount,
};

function stageOf(stage: unknown): [name: string, operand: unknown] {
  if (!isDoc(stage)) throw mongoError('TypeMismatch', "Each element of the 'pipeline' array must be an object");
  const [entry, ...more] = Object.entries(stage);
  if (!entry || more.length > 0)
    throw mongoError(40_323, 'A pipeline stage specification object must contain exactly one field.');
  return entry;
}

/** Refuses stages that this server does not have, before anything is read. */
export function checkPipeline(pipeline: unknown): asserts pipeline is Doc[] {
  if (!Array.isArray(pipeline)) throw mongoError('TypeMismatch', "'pipeline' option must be specified as an array");
  for (const item of pipeline) {
    const [name] = stageOf(item);
    if (!Object.hasOwn(stages, name)) throw notSupported(`the pipeline stage ${name}`);
  }
}

/** Runs documents through a checked pipeline; lazily where a stage can. */
export function runStages(docs: Iterable<Doc>, pipeline: readonly Doc[], variables: Doc): Iterable<Doc> {
  return pipeline.reduce<Iterable<Doc>>((flow, item) => {
    const [name, operand] = stageOf(item);
    return stages[name]?.(flow, operand, variables) ?? [];
  }, docs);
}
