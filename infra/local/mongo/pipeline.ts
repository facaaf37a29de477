import { Aggregator } from 'mingo/aggregator';
import type { Options } from 'mingo/types';
import { mongoError, notSupported } from './errors.ts';
import { evaluate, guarded, optionsWith, plainDoc, refuseScripts, toPlain } from './expressions.ts';
import { bucket } from './bucket-stage.ts';
import { countStage, group, lookup, sortByCount, unionWith, unwind } from './stages.ts';
import { compileFilter } from './match.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { compileAddFields, compileProjection, type Reshape } from './projection.ts';
import { parseSort, sortBy } from './sort.ts';
import { type Doc, isDoc, typeName } from './values.ts';

/** What a pipeline may reach beyond the documents that flow through it. */
export interface Surroundings {
  /** Runs a pipeline on another collection of the same database. */
  from(collection: string, pipeline: readonly Doc[], variables: Doc): Iterable<Doc>;
  variables: Doc;
  scoreOf: WeakMap<Doc, number>;
}

type Stage = (docs: Iterable<Doc>, operand: unknown, around: Surroundings) => Iterable<Doc>;

function* mapped(docs: Iterable<Doc>, reshape: Reshape, { scoreOf }: Surroundings): Generator<Doc> {
  for (const doc of docs) {
    const score = scoreOf.get(doc);
    const shaped = reshape(doc, score);
    if (score !== undefined) scoreOf.set(shaped, score);
    yield shaped;
  }
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

function replaceRoot(docs: Iterable<Doc>, expr: unknown, around: Surroundings): Iterable<Doc> {
  const reshape: Reshape = (doc) => {
    const root = evaluate(expr, doc, around.variables);
    if (isDoc(root)) return root;
    throw mongoError(
      40_228,
      `'newRoot' expression must evaluate to an object, but resulting value was of type: ${typeName(root)}`,
    );
  };
  return mapped(docs, reshape, around);
}

function unset(docs: Iterable<Doc>, operand: unknown, around: Surroundings): Iterable<Doc> {
  const paths = Array.isArray(operand) ? operand : [operand];
  if (paths.length === 0 || paths.some((path) => typeof path !== 'string')) {
    throw mongoError(31_002, '$unset specification must be a string or an array of strings');
  }
  return mapped(docs, compileProjection(Object.fromEntries(paths.map((path) => [path, false]))), around);
}

function facet(docs: Iterable<Doc>, operand: unknown, around: Surroundings): Doc[] {
  const all = [...docs];
  const results = Object.entries(docOperand('$facet', operand)).map(([name, pipeline]) => [
    name,
    [...runStages(all, pipeline, around)],
  ]);
  return [Object.fromEntries(results) as Doc];
}

function sample(docs: Iterable<Doc>, operand: unknown): Doc[] {
  const size = countOperand('$sample', docOperand('$sample', operand)['size'], 0);
  return Array.from(docs, (doc) => ({ doc, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .slice(0, size)
    .map(({ doc }) => doc);
}

const stages: Record<string, Stage> = {
  $match: (docs, operand, { variables }) => {
    if (!isDoc(operand)) throw mongoError(15_959, 'the match filter must be an expression in an object');
    return filtered(docs, compileFilter(operand, variables));
  },
  $sort: (docs, operand, { scoreOf }) => {
    const sort = parseSort(docOperand('$sort', operand));
    if (sort.length === 0) throw mongoError(15_976, '$sort stage must have at least one sort key');
    return sortBy(
      docs,
      sort,
      (doc) => doc,
      (doc) => scoreOf.get(doc) ?? 0,
    );
  },
  $limit: (docs, operand) => take(docs, countOperand('$limit', operand, 1)),
  $skip: (docs, operand) => drop(docs, countOperand('$skip', operand, 0)),
  $project: (docs, operand, around) => {
    const fields = docOperand('$project', operand);
    if (Object.keys(fields).length === 0)
      throw mongoError(
        51_272,
        'Invalid $project :: caused by :: projection specification must have at least one field',
      );
    return mapped(docs, compileProjection(fields, undefined, around.variables), around);
  },
  $addFields: (docs, operand, around) =>
    mapped(docs, compileAddFields(docOperand('$addFields', operand), around.variables), around),
  $set: (docs, operand, around) =>
    mapped(docs, compileAddFields(docOperand('$set', operand), around.variables), around),
  $unset: unset,
  $replaceRoot: (docs, operand, around) => replaceRoot(docs, docOperand('$replaceRoot', operand)['newRoot'], around),
  $replaceWith: replaceRoot,
  $unwind: unwind,
  $group: group,
  $count: countStage,
  $bucket: bucket,
  $sortByCount: sortByCount,
  $lookup: lookup,
  $unionWith: unionWith,
  $facet: facet,
  $sample: sample,
};

/** What mingo runs as it is, on JavaScript's numbers. */
const MINGO_STAGES = new Set(['$setWindowFields']);
const UNSUPPORTED_STAGES = new Set(
  (
    '$geoNear $graphLookup $bucketAuto $redact $densify $fill $collStats $indexStats $planCacheStats $currentOp $listSessions $listLocalSessions $search $searchMeta ' +
    '$vectorSearch $documents $changeStreamSplitLargeEvent'
  ).split(' '),
);

function runMingo(docs: Iterable<Doc>, stage: Doc, variables: Doc): Doc[] {
  refuseScripts(stage);
  // mingo's windows are made of its own $function; a client's was just refused.
  const options = { ...optionsWith(variables), scriptEnabled: true };
  const plain = toPlain(stage) as Doc;
  return guarded(() => new Aggregator([plain], options as Options).run<Doc>(Array.from(docs, plainDoc)));
}

function stageOf(stage: unknown): [name: string, operand: unknown, stage: Doc] {
  if (!isDoc(stage)) throw mongoError('TypeMismatch', "Each element of the 'pipeline' array must be an object");
  const [entry, ...more] = Object.entries(stage);
  if (!entry || more.length > 0)
    throw mongoError(40_323, 'A pipeline stage specification object must contain exactly one field.');
  return [...entry, stage];
}

/** Refuses stages that MongoDB or this server does not have, before anything is read. */
export function checkPipeline(pipeline: unknown): asserts pipeline is Doc[] {
  if (!Array.isArray(pipeline)) throw mongoError('TypeMismatch', "'pipeline' option must be specified as an array");
  for (const [i, item] of pipeline.entries()) {
    const [name] = stageOf(item);
    if (name === '$changeStream') throw mongoError(40_573, 'The $changeStream stage is only supported on replica sets');
    if (UNSUPPORTED_STAGES.has(name)) throw notSupported(name);
    if (name === '$out' || name === '$merge') {
      if (i < pipeline.length - 1) throw mongoError(40_601, `${name} can only be the final stage in the pipeline`);
    } else if (!Object.hasOwn(stages, name) && !MINGO_STAGES.has(name)) {
      throw mongoError(40_324, `Unrecognized pipeline stage name: '${name}'`);
    }
  }
}

/** Runs documents through a pipeline; lazily where a stage can. */
export function runStages(docs: Iterable<Doc>, pipeline: unknown, around: Surroundings): Iterable<Doc> {
  checkPipeline(pipeline);
  return pipeline.reduce<Iterable<Doc>>((flow, item) => {
    const [name, operand, stage] = stageOf(item);
    return stages[name]?.(flow, operand, around) ?? runMingo(flow, stage, around.variables);
  }, docs);
}
