import { type OfferKind, offeredOf, offerName, stateOf } from '../../deployments/approvals.ts';
import { Problem } from '../../kernel/errors/problem.ts';
import type { StreamedAnswer } from '../../kernel/lambda/declaration.ts';
import { codes, type Params, type Request } from '../../upstream/json-rpc.ts';
import { findServer } from '../find-server.ts';
import { reachesTool } from '../key-reach.ts';
import { type Place, placeOfName, placeOfUri } from './names.ts';
import { type AllForwarding, type AllServices, passToServer, refused } from './pass-to-server.ts';
import { offeredBy, reasons, servedTo } from './read-offered.ts';
import { findTool, readCallTool } from './search-tools.ts';
import { isTask, startTask, type TaskServices } from './tasks.ts';

/**
 * Calls a tool by its name on this endpoint, or finds one. What is held back says so, as a result, so that the model behind the client reads it too.
 */
export async function callTool(
  services: TaskServices,
  given: AllForwarding,
  message: Request,
  finish: (result: Params) => StreamedAnswer,
): Promise<StreamedAnswer> {
  const { params } = message;
  const failed = (text: string) => finish({ isError: true, content: [{ type: 'text', text }] });
  if (params['name'] === 'find_tool') {
    const servings = await servedTo(services, given.caller);
    return finish(await findTool(services, servings, offeredBy(servings), params['arguments']));
  }
  const called = params['name'] === 'call_tool' ? readCallTool(params['arguments']) : undefined;
  if (typeof called === 'string') return failed(called);
  const named = { ...params, ...called };
  const place = placeOfName(named['name']);
  const offered = place && (await findOffered(services, given, place));
  if (place && offered && offered.state !== 'approved')
    return failed(`${String(named['name'])}: ${reasons[offered.state]}.`);
  if (place && offered && isTask(given.session === undefined, params, offered.tool))
    return finish(await startTask(services, given, place, named['arguments']));
  const known = offered && place;
  return passOn(services, given, message, known, (name) => ({ ...named, name }));
}

/** undefined for a tool that there is not, or not for this caller. */
async function findOffered(services: AllServices, { caller }: AllForwarding, { slug, name }: Place) {
  const target = await reachable(() => findServer(services, caller, slug));
  const tool = reachesTool(caller, slug, name) && target?.deployment.tools?.find((each) => each.name === name);
  return tool ? { tool, state: stateOf('tools', tool, target?.approvals) } : undefined;
}

/** Gets a prompt or reads a resource, unless what is listed under its name is held back. What is not listed is the server's to know. */
export async function useOffer(
  services: AllServices,
  given: AllForwarding,
  message: Request,
  kind: Extract<OfferKind, 'prompts' | 'resources'>,
): Promise<StreamedAnswer> {
  const { params, id } = message;
  const key = kind === 'prompts' ? 'name' : 'uri';
  const place = kind === 'prompts' ? placeOfName(params[key]) : placeOfUri(params[key]);
  const target = place && (await reachable(() => findServer(services, given.caller, place.slug)));
  const offer = target && offeredOf(target.deployment, kind).find((each) => offerName(kind, each) === place?.name);
  const state = offer && stateOf(kind, offer, target.approvals);
  if (state !== undefined && state !== 'approved')
    return refused(200, id, codes.invalidParams, `${String(params[key]).slice(0, 200)}: ${reasons[state]}`);
  return passOn(services, given, message, place, (name) => ({ ...params, [key]: name }));
}

/** Passes a request on to where the name in it leads. What somebody may not call is for them not there. */
export async function passOn(
  services: AllServices,
  given: AllForwarding,
  message: Request,
  place: Place | undefined,
  rename: (name: string) => Params,
): Promise<StreamedAnswer> {
  const { params } = message;
  const sent = place && { ...message, params: rename(place.name) };
  const answered = sent && (await reachable(() => passToServer(services, given, place.slug, sent)));
  const subject = JSON.stringify(params['name'] ?? params['uri'] ?? null).slice(0, 200);
  return answered ?? refused(200, message.id, codes.invalidParams, `Unknown here: ${subject}`);
}

async function reachable<T>(find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof Problem && (error.status === 403 || error.status === 404)) return undefined;
    throw error;
  }
}
