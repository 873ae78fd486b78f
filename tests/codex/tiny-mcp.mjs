// A stdio MCP server with one tool, `echo`, and one resource, `tiny://a`. Every call and read that reaches it is appended to
// the file named by its first argument, one JSON object per line: a test that finds the file empty knows that nothing arrived.
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

const log = process.argv[2];
const echo = {
  name: "echo",
  description: "Gives its text back",
  inputSchema: { type: "object", properties: { text: { type: "string" }, path: { type: "string" } } },
};

const answers = {
  initialize: (params) => ({
    protocolVersion: params.protocolVersion,
    capabilities: { tools: {}, resources: {} },
    serverInfo: { name: "tiny", version: "1.0.0" },
  }),
  ping: () => ({}),
  "tools/list": () => ({ tools: [echo] }),
  "tools/call": (params) => {
    appendFileSync(log, JSON.stringify({ tool: params.name, arguments: params.arguments }) + "\n");
    return { content: [{ type: "text", text: `echoed ${params.arguments?.text}` }] };
  },
  "resources/list": () => ({ resources: [{ uri: "tiny://a", name: "a" }] }),
  "resources/templates/list": () => ({ resourceTemplates: [] }),
  "resources/read": (params) => {
    appendFileSync(log, JSON.stringify({ resource: params.uri }) + "\n");
    return { contents: [{ uri: params.uri, text: "resource text" }] };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  if (!line.trim()) continue;
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) continue; // a notification
  const answer = answers[method];
  const body = answer ? { result: answer(params ?? {}) } : { error: { code: -32601, message: `no method ${method}` } };
  process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, ...body }) + "\n");
}
