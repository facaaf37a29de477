// What the official suite starts as the client under test: hands the scenario to the test that runs the platform, and ends as that says.
const answer = await fetch(process.env.ACCOUNT_TRIALS, {
  method: 'POST',
  body: JSON.stringify({
    url: process.argv.at(-1),
    scenario: process.env.MCP_CONFORMANCE_SCENARIO,
    version: process.env.MCP_CONFORMANCE_PROTOCOL_VERSION,
    context: JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}'),
  }),
});
console.log(await answer.text());
process.exit(answer.ok ? 0 : 1);
