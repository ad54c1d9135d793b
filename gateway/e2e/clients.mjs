// Asks the gateway with the clients that OpenAI and Anthropic publish, as their users do.
import assert from "node:assert/strict";
import OpenAI from "openai";
import Anthropic from "@anthropic-ai/sdk";

const { GATUN_URL, GATUN_KEY, PROVIDER_URL } = process.env;
const openai = new OpenAI({ baseURL: `${GATUN_URL}/v1`, apiKey: GATUN_KEY, maxRetries: 0 });
const anthropic = new Anthropic({ baseURL: GATUN_URL, apiKey: GATUN_KEY, maxRetries: 0 });
const GPT = "gpt-4.1-mini";
const CLAUDE = "claude-haiku-4-5";
const said = (content) => [{ role: "user", content }];
const weather = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

const tests = {
  "openai: chat": async () => {
    const { data, response } = await openai.chat.completions
      .create({ model: GPT, messages: said("Where?") })
      .withResponse();
    assert.equal(data.choices[0].message.content, "Gatun is a lake.");
    assert.equal(data.choices[0].finish_reason, "stop");
    assert.equal(data.usage.total_tokens, data.usage.prompt_tokens + data.usage.completion_tokens);
    assert.ok(response.headers.get("x-request-id"));
    assert.equal(response.headers.get("x-gatun-model"), `openai/${GPT}`);
  },
  "openai: stream": async () => {
    const stream = await openai.chat.completions.create({
      model: GPT,
      messages: said("Where?"),
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    let usage;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta?.content ?? "";
      usage = chunk.usage ?? usage;
    }
    assert.equal(text, "Gatun is a lake.");
    assert.ok(usage.total_tokens > 0);
  },
  "openai: another provider's model": async () => {
    const answer = await openai.chat.completions.create({ model: `anthropic/${CLAUDE}`, messages: said("Where?"), max_tokens: 50 });
    assert.equal(answer.choices[0].message.content, "Gatun is a lake.");
  },
  "openai: tools": async () => {
    const tools = [{ type: "function", function: { name: "weather", parameters: weather } }];
    const first = await openai.chat.completions.create({ model: GPT, messages: said("How is the weather?"), tools });
    assert.equal(first.choices[0].finish_reason, "tool_calls");
    const call = first.choices[0].message.tool_calls[0];
    assert.deepEqual(JSON.parse(call.function.arguments), { city: "Colón" });
    const second = await openai.chat.completions.create({
      model: GPT,
      messages: [
        ...said("How is it outside?"),
        first.choices[0].message,
        { role: "tool", tool_call_id: call.id, content: "It rains." },
      ],
      tools,
    });
    assert.equal(second.choices[0].message.content, "Gatun is a lake.");
  },
  "openai: tools in a stream": async () => {
    const tools = [{ type: "function", function: { name: "weather", parameters: weather } }];
    const final = await openai.chat.completions
      .stream({ model: GPT, messages: said("How is the weather?"), tools })
      .finalChatCompletion();
    assert.equal(final.choices[0].message.tool_calls[0].function.name, "weather");
    assert.deepEqual(JSON.parse(final.choices[0].message.tool_calls[0].function.arguments), { city: "Colón" });
  },
  "openai: models and embeddings": async () => {
    const ids = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    assert.ok(ids.includes("auto") && ids.includes(`openai/${GPT}`));
    const made = await openai.embeddings.create({ model: "text-embedding-3-small", input: ["a", "b"] });
    assert.equal(made.data.length, 2);
    assert.ok(made.data[0].embedding.length > 0);
  },
  "openai: files and models of its own": async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 6},${i % 6 < 3 ? "low" : "high"}`);
    const file = await openai.files.create({
      file: await OpenAI.toFile(Buffer.from(["n,kind", ...rows, ""].join("\n")), "kinds.csv", { type: "text/csv" }),
      purpose: "user_data",
    });
    assert.equal((await openai.files.retrieve(file.id)).filename, "kinds.csv");
    assert.ok((await (await openai.files.content(file.id)).text()).startsWith("n,kind\n0,low\n"));
    const order = { dataset: file.id, target: "kind", task: "classification", epochs: 40, learning_rate: 0.02 };
    let job = await openai.post("/train", { body: order });
    while (job.status === "queued" || job.status === "running") {
      await new Promise((done) => setTimeout(done, 50));
      job = await openai.get(`/jobs/${job.id}`);
    }
    assert.equal(job.status, "succeeded");
    const model = job.result.model.id;
    const answer = await openai.post(`/models/${model}/predict`, { body: { rows: [{ n: 0 }, { n: 5 }] } });
    assert.deepEqual(answer.predictions.map((p) => p.class), ["low", "high"]);
    assert.equal((await openai.models.retrieve(model)).id, model);
    assert.ok((await openai.models.delete(model)).deleted);
    assert.ok((await openai.files.delete(file.id)).deleted);
    await assert.rejects(openai.files.retrieve(file.id), OpenAI.NotFoundError);
  },
  "openai: errors": async () => {
    const wrong = new OpenAI({ baseURL: `${GATUN_URL}/v1`, apiKey: "a-key-of-nobody-0123456789", maxRetries: 0 });
    await assert.rejects(wrong.chat.completions.create({ model: GPT, messages: said("?") }), OpenAI.AuthenticationError);
    await assert.rejects(
      openai.chat.completions.create({ model: "nobody/nothing", messages: said("?") }),
      OpenAI.NotFoundError,
    );
    await assert.rejects(openai.chat.completions.create({ model: GPT, messages: [{ role: "nobody", content: "?" }] }), (e) => {
      assert.ok(e instanceof OpenAI.BadRequestError);
      assert.equal(e.param, "messages[0].role");
      return true;
    });
    await assert.rejects(
      openai.chat.completions.create({ model: "xai/grok-4.6", messages: said("too many") }),
      OpenAI.RateLimitError,
    );
  },
  "openai: a stream that breaks throws": async () => {
    const stream = await openai.chat.completions.create({ model: GPT, messages: said("It breaks."), stream: true });
    await assert.rejects(async () => {
      for await (const _ of stream);
    });
  },
  "openai: an aborted stream is cancelled at the provider": async () => {
    const controller = new AbortController();
    const stream = await openai.chat.completions.create(
      { model: GPT, messages: said("A slow answer, openai"), stream: true },
      { signal: controller.signal },
    );
    for await (const _ of stream) {
      controller.abort();
      break;
    }
    await cancelled("A slow answer, openai");
  },
  "openai: an aborted call is cancelled at the provider": async () => {
    const controller = new AbortController();
    const call = openai.chat.completions.create(
      { model: GPT, messages: said("Give no answer, openai") },
      { signal: controller.signal },
    );
    setTimeout(() => controller.abort(), 600);
    await assert.rejects(call, OpenAI.APIUserAbortError);
    await cancelled("Give no answer, openai");
  },
  "anthropic: messages": async () => {
    const answer = await anthropic.messages.create({ model: CLAUDE, max_tokens: 50, messages: said("Where?") });
    assert.equal(answer.content[0].text, "Gatun is a lake.");
    assert.equal(answer.stop_reason, "end_turn");
    assert.ok(answer.usage.output_tokens > 0);
  },
  "anthropic: stream": async () => {
    const stream = anthropic.messages.stream({ model: CLAUDE, max_tokens: 50, messages: said("Where?") });
    assert.equal(await stream.finalText(), "Gatun is a lake.");
  },
  "anthropic: another provider's model": async () => {
    const answer = await anthropic.messages.create({ model: `openai/${GPT}`, max_tokens: 50, messages: said("Where?") });
    assert.equal(answer.content[0].text, "Gatun is a lake.");
  },
  "anthropic: tools": async () => {
    const tools = [{ name: "weather", input_schema: weather }];
    const first = await anthropic.messages.create({ model: CLAUDE, max_tokens: 50, messages: said("How is the weather?"), tools });
    assert.equal(first.stop_reason, "tool_use");
    const call = first.content.find((b) => b.type === "tool_use");
    assert.deepEqual(call.input, { city: "Colón" });
    const second = await anthropic.messages.create({
      model: CLAUDE,
      max_tokens: 50,
      messages: [
        ...said("How is it outside?"),
        { role: "assistant", content: first.content },
        { role: "user", content: [{ type: "tool_result", tool_use_id: call.id, content: "It rains." }] },
      ],
      tools,
    });
    assert.equal(second.content[0].text, "Gatun is a lake.");
    const streamed = await anthropic.messages
      .stream({ model: CLAUDE, max_tokens: 50, messages: said("How is the weather?"), tools })
      .finalMessage();
    assert.deepEqual(streamed.content.find((b) => b.type === "tool_use").input, { city: "Colón" });
  },
  "anthropic: errors": async () => {
    const wrong = new Anthropic({ baseURL: GATUN_URL, apiKey: "a-key-of-nobody-0123456789", maxRetries: 0 });
    const ask = { model: CLAUDE, max_tokens: 50, messages: said("?") };
    await assert.rejects(wrong.messages.create(ask), Anthropic.AuthenticationError);
    await assert.rejects(anthropic.messages.create({ ...ask, model: "nobody" }), Anthropic.NotFoundError);
    await assert.rejects(anthropic.messages.create({ ...ask, max_tokens: -1 }), Anthropic.BadRequestError);
  },
  "anthropic: an aborted stream is cancelled at the provider": async () => {
    const stream = anthropic.messages.stream({ model: CLAUDE, max_tokens: 5000, messages: said("A slow answer, anthropic") });
    await new Promise((resolve) => stream.once("text", resolve));
    stream.abort();
    await stream.done().catch(() => {});
    await cancelled("A slow answer, anthropic");
  },
};

// The provider saw its client leave.
async function cancelled(text) {
  let end;
  for (let i = 0; i < 60; i++) {
    const { requests } = await (await fetch(`${PROVIDER_URL}/_testkit/requests`)).json();
    end = requests.find((r) => JSON.stringify(r.body).includes(text))?.end;
    if (end === "CANCELLED") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`the provider's request ended with ${end}, not with CANCELLED`);
}

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    console.log(`ok    ${name}`);
  } catch (e) {
    failed++;
    console.log(`FAIL  ${name}: ${e.stack}`);
  }
}
console.log(`${Object.keys(tests).length - failed} of ${Object.keys(tests).length} passed`);
process.exit(failed === 0 ? 0 : 1);
