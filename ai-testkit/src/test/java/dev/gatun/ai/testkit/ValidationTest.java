package dev.gatun.ai.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a provider refuses, the server refuses, and takes no script for it. */
class ValidationTest {
  private static final String ASK = "[{\"role\":\"user\",\"content\":\"hi\"}]";

  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  private String send(String path, String body, String... headers) throws Exception {
    try (var client = new RawClient(server)) {
      return client.send(RawClient.post(path, body, headers)).readReply();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          /openai/v1/chat/completions | 401 | "You didn't provide an API key
          /anthropic/v1/messages | 401 | "x-api-key header is required"
          /gemini/v1beta/models/m:generateContent | 403 | unregistered callers
          /perplexity/chat/completions | 401 | "invalid_api_key"
          /xai/v1/chat/completions | 400 | "Incorrect API key provided
          """)
  void aMissingKey(String path, int status, String words) throws Exception {
    // The key where another dialect has it is none.
    String key =
        path.startsWith("/gemini") || path.startsWith("/anthropic") ? "X: k" : "x-api-key: k";
    assertThat(send(path, "{}", key)).startsWith("HTTP/1.1 " + status).contains(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          /openai/v1/chat/completions | {"messages":ASK} | must provide a model
          /openai/v1/chat/completions | {"model":"m"} | 'messages'
          /openai/v1/chat/completions | {"model":"m","messages":[{"role":"robot","content":"x"}]} | Invalid value: 'robot'
          /openai/v1/chat/completions | {"model":"m","messages":[{"role":"user"}]} | expected a string, got null
          /openai/v1/chat/completions | {"model":"m","messages":[{"role":"tool","content":"x"}]} | tool_call_id
          /openai/v1/chat/completions | {"model":"m","messages":[{"role":"tool","content":"x","tool_call_id":"c"}]} | must be a response to a preceeding message
          /openai/v1/chat/completions | {"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c1"},{"id":"c2"}]},{"role":"tool","content":"x","tool_call_id":"c1"}]} | did not have response messages: c2
          /openai/v1/chat/completions | {"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c1"}]},{"role":"user","content":"x"}]} | did not have response messages: c1
          /openai/v1/responses | {"model":"m","input":[{"type":"function_call_output","call_id":"c","output":"x"}]} | No tool call found for function call output with call_id c
          /anthropic/v1/messages | {"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}]} | unexpected `tool_use_id`
          /anthropic/v1/messages | {"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t"}]},{"role":"user","content":"x"}]} | without `tool_result` blocks
          /gemini/v1beta/models/m:generateContent | {"contents":[{"role":"model","parts":[{"functionCall":{}},{"functionCall":{}}]},{"role":"user","parts":[{"functionResponse":{}}]}]} | number of function response parts
          /openai/v1/chat/completions | {"model" | could not parse the JSON body
          /openai/v1/responses | {"model":"m"} | 'input'
          /openai/v1/embeddings | {"model":"m"} | 'input'
          /xai/v1/chat/completions | {"model":"m"} | 'messages'
          /perplexity/chat/completions | {"model":"m","messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]} | alternate
          /perplexity/chat/completions | {"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]} | Last message
          /perplexity/v1/agent | {"model":"m"} | input is required
          /perplexity/v1/agent | {"input":"m"} | model, models or preset
          /anthropic/v1/messages | {"messages":ASK,"max_tokens":1} | model: Field required
          /anthropic/v1/messages | {"model":"m","messages":ASK} | max_tokens: Field required
          /anthropic/v1/messages | {"model":"m","messages":ASK,"max_tokens":0} | greater than or equal to 1
          /anthropic/v1/messages | {"model":"m","max_tokens":1} | at least one message
          /anthropic/v1/messages | {"model":"m","max_tokens":1,"messages":[{"role":"system","content":"x"}]} | 'user' or 'assistant'
          /anthropic/v1/messages | {"model":"m","max_tokens":1,"messages":[{"role":"user","content":""}]} | non-empty content
          /anthropic/v1/messages | {"model":"m","max_tokens":1,"messages":ASK,"tools":[{"name":"x"}]} | input_schema
          /gemini/v1beta/models/m:generateContent | {"contents":[]} | contents is not specified
          /gemini/v1beta/models/m:generateContent | {"contents":[{"role":"assistant","parts":[{"text":"x"}]}]} | valid role
          /gemini/v1beta/models/m:generateContent | {"contents":[{"role":"user","parts":[]}]} | must not be empty
          /gemini/v1beta/models/m:embedContent | {"x":1} | content
          """)
  void aRequestThatIsWrong(String path, String body, String words) throws Exception {
    server.script(Script.reply("scripted"));
    String reply =
        send(
            path,
            body.replace("ASK", ASK),
            "Authorization: Bearer k",
            "x-api-key: k",
            "x-goog-api-key: k",
            "anthropic-version: 2023-06-01");
    assertThat(reply).startsWith("HTTP/1.1 400 ").contains(words);
    try (var client = new RawClient(server)) {
      assertThat(client.ask(false).readReply()).contains("scripted");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          /openai/v1/chat/completions | {"model":"m","messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1"},{"id":"c2"}]},{"role":"tool","content":"x","tool_call_id":"c2"},{"role":"tool","content":"x","tool_call_id":"c1"},{"role":"user","content":"more"}]}
          /openai/v1/responses | {"model":"m","input":[{"role":"user","content":"q"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"x"}]}
          /anthropic/v1/messages | {"model":"m","max_tokens":1,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"x"}]}]}
          /anthropic/v1/messages | {"model":"m","max_tokens":1,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}},{"type":"tool_use","id":"u","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"u"}]},{"role":"assistant","content":"a"},{"role":"user","content":"q"}]}
          /gemini/v1beta/models/m:generateContent | {"contents":[{"role":"user","parts":[{"text":"q"}]},{"role":"model","parts":[{"text":"a"},{"functionCall":{"name":"f","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}}]}]}
          """)
  void aTurnWithTools(String path, String body) throws Exception {
    assertThat(
            send(
                path,
                body,
                "Authorization: Bearer k",
                "x-api-key: k",
                "x-goog-api-key: k",
                "anthropic-version: 2023-06-01"))
        .startsWith("HTTP/1.1 200 ");
  }

  @Test
  void anAnthropicRequestNamesAVersion() throws Exception {
    String body = "{\"model\":\"m\",\"max_tokens\":1,\"temperature\":0.5,\"messages\":" + ASK + "}";
    assertThat(send("/anthropic/v1/messages", body, "x-api-key: k"))
        .startsWith("HTTP/1.1 400 ")
        .contains("anthropic-version: header is required");
    String version = "anthropic-version: ";
    assertThat(send("/anthropic/v1/messages", body, "x-api-key: k", version + "2023-06-01"))
        .startsWith("HTTP/1.1 200 ");
    // The version of autumn 2026 takes the key as a bearer, and no sampling parameters.
    assertThat(
            send("/anthropic/v1/messages", body, "Authorization: Bearer k", version + "2026-10-21"))
        .startsWith("HTTP/1.1 400 ")
        .contains("temperature: Extra inputs are not permitted");
  }

  @Test
  void pathsThatThereAreNot() throws Exception {
    for (String path :
        List.of(
            "/openai/v1/nothing",
            "/anthropic/v1/complete",
            "/gemini/v1beta/models/m:fly",
            "/perplexity/nothing",
            "/xai/v1/nothing",
            "/nothing")) {
      assertThat(send(path, "{}", "Authorization: Bearer k"))
          .startsWith("HTTP/1.1 404 ")
          .contains("\"error\"");
    }
    try (var client = new RawClient(server)) {
      client.send("GET /openai/v1/chat/completions HTTP/1.1\r\nAuthorization: Bearer k\r\n\r\n");
      assertThat(client.readReply()).startsWith("HTTP/1.1 404 ");
    }
  }

  @Test
  void aGeminiKeyMayBeInTheQuery() throws Exception {
    server.keys(Dialect.GEMINI, "a b");
    String body = "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}";
    assertThat(send("/gemini/v1beta/models/m:generateContent?key=a%20b", body))
        .startsWith("HTTP/1.1 200 ");
    assertThat(send("/gemini/v1beta/models/m:generateContent?key=c", body))
        .startsWith("HTTP/1.1 400 ")
        .contains("API_KEY_INVALID");
  }

  @Test
  void checksCanBeLeftOut() throws Exception {
    try (var lenient = ScriptedServer.builder().validating(false).start();
        var client = new RawClient(lenient)) {
      lenient.script(Script.reply("scripted"));
      client.send(RawClient.post("/openai/v1/chat/completions", "{}"));
      assertThat(client.readReply()).startsWith("HTTP/1.1 200 ").contains("scripted");
    }
  }
}
