import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject, type Params } from '../../lib/upstream/json-rpc.ts';

/*
 * Stands in for the model behind a client, and speaks as much of the vendors' streaming APIs as their clients need: it calls the tool `echo`, once more
 * after `between`, and ends.
 */

export interface StandIn {
  readonly url: string;
  /** What the tool answered, call by call. */
  readonly results: readonly string[];
  stop(): Promise<void>;
}

interface Turn {
  readonly tools: readonly string[];
  readonly results: readonly string[];
  readonly write: (response: ServerResponse, said: Said) => void;
}
type Said = { readonly text: string } | { readonly tool: string; readonly args: { readonly message: string } };

export async function startModel(between: () => Promise<void>): Promise<StandIn> {
  let results: readonly string[] = [];
  let waited: Promise<void> | undefined;
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      let text = '';
      for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
      const body: unknown = text === '' ? {} : JSON.parse(text);
      const turn = readTurn(request.url ?? '', isObject(body) ? body : {});
      if (!turn) {
        response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
        return;
      }
      const tool = turn.tools.find((name) => name.endsWith('echo'));
      if (turn.results.length > results.length) ({ results } = turn);
      if (tool !== undefined && turn.results.length === 1) await (waited ??= between());
      const message = ['hello', 'again'][turn.results.length];
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      turn.write(
        response,
        tool === undefined || message === undefined ? { text: 'done' } : { tool, args: { message } },
      );
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get results() {
      return results;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function readTurn(url: string, body: Params): Turn | undefined {
  if (/\/v1\/messages(\?|$)/.test(url)) return anthropic(body);
  if (url.endsWith('/responses')) return responses(body);
  if (url.endsWith('/chat/completions')) return completions(body);
  return url.includes(':streamGenerateContent') ? gemini(body) : undefined;
}

const listIn = (value: unknown): Params[] => (Array.isArray(value) ? value.filter((each) => isObject(each)) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));
const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };

function send(response: ServerResponse, events: readonly Params[], end = ''): void {
  for (const each of events) {
    const { type } = each;
    response.write(`${typeof type === 'string' ? `event: ${type}\n` : ''}data: ${JSON.stringify(each)}\n\n`);
  }
  response.end(end);
}

function anthropic({ tools, messages, model }: Params): Turn {
  const blocks = listIn(messages).flatMap(({ content }) => listIn(content));
  return {
    tools: listIn(tools).map(({ name }) => textOf(name)),
    results: blocks.filter(({ type }) => type === 'tool_result').map(({ content }) => textOf(content)),
    write(response, said) {
      const isCall = 'tool' in said;
      const message = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], usage };
      const block = isCall
        ? { type: 'tool_use', id: `toolu_${randomUUID()}`, name: said.tool, input: {} }
        : { type: 'text', text: '' };
      const delta = isCall
        ? { type: 'input_json_delta', partial_json: JSON.stringify(said.args) }
        : { type: 'text_delta', text: said.text };
      send(response, [
        { type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null } },
        { type: 'content_block_start', index: 0, content_block: block },
        { type: 'content_block_delta', index: 0, delta },
        { type: 'content_block_stop', index: 0 },
        { type: 'message_delta', delta: { stop_reason: isCall ? 'tool_use' : 'end_turn', stop_sequence: null }, usage },
        { type: 'message_stop' },
      ]);
    },
  };
}

function responses({ tools, input }: Params): Turn {
  const named = listIn(tools).flatMap(({ name, tools: inside }) =>
    Array.isArray(inside) ? listIn(inside).map((each) => `${textOf(name)} ${textOf(each['name'])}`) : [textOf(name)],
  );
  return {
    tools: named,
    results: listIn(input)
      .filter(({ type }) => type === 'function_call_output')
      .map(({ output }) => textOf(output)),
    write(response, said) {
      const id = `item_${randomUUID()}`;
      const [name, namespace] = 'tool' in said ? said.tool.split(' ').toReversed() : [];
      const call = { type: 'function_call', id, call_id: id, name, ...(namespace !== undefined && { namespace }) };
      const item =
        'tool' in said
          ? { ...call, arguments: JSON.stringify(said.args) }
          : { type: 'message', id, role: 'assistant', content: [{ type: 'output_text', text: said.text }] };
      send(response, [
        { type: 'response.created', response: { id } },
        { type: 'response.output_item.done', output_index: 0, item },
        { type: 'response.completed', response: { id, usage, output: [item] } },
      ]);
    },
  };
}

function completions({ tools, messages, model }: Params): Turn {
  return {
    tools: listIn(tools).map(({ function: of }) => textOf(isObject(of) ? of['name'] : undefined)),
    results: listIn(messages)
      .filter(({ role }) => role === 'tool')
      .map(({ content }) => textOf(content)),
    write(response, said) {
      const id = `call_${randomUUID()}`;
      const delta =
        'tool' in said
          ? {
              tool_calls: [
                { index: 0, id, type: 'function', function: { name: said.tool, arguments: JSON.stringify(said.args) } },
              ],
            }
          : { content: said.text };
      const chunk = { id, object: 'chat.completion.chunk', created: 1, model };
      const reason = 'tool' in said ? 'tool_calls' : 'stop';
      send(
        response,
        [
          { ...chunk, choices: [{ index: 0, delta: { role: 'assistant', ...delta }, finish_reason: null }] },
          { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: reason }] },
        ],
        'data: [DONE]\n\n',
      );
    },
  };
}

function gemini({ tools, contents }: Params): Turn {
  const parts = listIn(contents).flatMap(({ parts: each }) => listIn(each));
  return {
    tools: listIn(tools).flatMap(({ functionDeclarations }) =>
      listIn(functionDeclarations).map(({ name }) => textOf(name)),
    ),
    results: parts.flatMap(({ functionResponse: of }) => (isObject(of) ? [textOf(of['response'])] : [])),
    write(response, said) {
      const part = 'tool' in said ? { functionCall: { name: said.tool, args: said.args } } : { text: said.text };
      const candidates = [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }];
      send(response, [
        { candidates, usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 } },
      ]);
    },
  };
}
