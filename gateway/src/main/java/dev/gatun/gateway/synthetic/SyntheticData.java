package dev.gatun.gateway.synthetic;

import dev.gatun.ai.AiClient;
import dev.gatun.ai.json.Json;
import dev.gatun.gateway.auth.Principal;
import dev.gatun.gateway.chat.Fields;
import dev.gatun.gateway.chat.Models;
import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.jobs.JobContext;
import dev.gatun.gateway.jobs.JobHandler;
import dev.gatun.gateway.jobs.Submission;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** {@code POST /v1/ai/synthetic-data}, at once or as a job. */
public final class SyntheticData implements JobHandler {
  private static final int MAX_AT_ONCE = 200;

  private final AiClient client;
  private final Models models;

  /** Rows by a client. */
  public SyntheticData(AiClient client, Models models) {
    this.client = client;
    this.models = models;
  }

  @Override
  public String kind() {
    return "synthetic-data";
  }

  /** Answers with rows, or with a job where there are many. */
  public void handle(Exchange exchange, Principal principal, Submission submission) {
    Json.Obj body = exchange.json();
    SyntheticRequest request = SyntheticRequest.read(body, models, principal);
    boolean later = Fields.of(body).bool("async").orElse(request.count() > MAX_AT_ONCE);
    if (later) {
      submission.submit(exchange, principal, kind(), body);
      return;
    }
    exchange.interruptWhenClientLeaves();
    Tally tally = Tally.of(Optional.empty());
    Generator generator =
        new Generator(client, request, principal.tenant(), exchange.requestId(), tally);
    boolean complete =
        generator.run(
            new Generator.Surroundings() {
              @Override
              public <T> T paying(Supplier<T> calls) {
                return calls.get();
              }

              @Override
              public void after(Tally t) {}
            });
    exchange.setHeader("X-Gatun-Model", tally.models());
    if (request.format() == RowFormat.JSON) {
      exchange.send(200, answer(request, tally, complete));
    } else {
      exchange.setHeader(
          "X-Gatun-Report",
          ascii(answer(request, tally, complete).without("rows", "data", "schema").toString()));
      exchange.send(
          200,
          request.format().contentType(),
          request.format().write(tally.rows(), request.schema()).getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public Json.Obj run(JobContext job) {
    // What the key may do was asked when the job was accepted.
    SyntheticRequest request =
        SyntheticRequest.read(job.payload(), models, new Principal(job.tenant(), Set.of()));
    Tally tally = Tally.of(job.checkpoint());
    boolean complete =
        new Generator(client, request, job.tenant(), "job-" + job.id(), tally)
            .run(
                new Generator.Surroundings() {
                  @Override
                  public <T> T paying(Supplier<T> calls) {
                    return job.paying(calls);
                  }

                  @Override
                  public void after(Tally t) {
                    job.save(t.json());
                    job.progress(
                        Json.object()
                            .put("made", t.rows().size())
                            .put("of", request.count())
                            .put("rounds", t.rounds())
                            .build());
                  }
                });
    return answer(request, tally, complete);
  }

  private static Json.Obj answer(SyntheticRequest request, Tally tally, boolean complete) {
    Json.ObjectBuilder b = Json.object().put("object", "synthetic_data").put("complete", complete);
    if (request.format() == RowFormat.JSON) {
      b.put("rows", new Json.Arr(List.copyOf(tally.rows())));
    } else {
      b.put("data", request.format().write(tally.rows(), request.schema()));
    }
    b.put("report", tally.report());
    if (request.inferred()) {
      b.put("schema", request.schema());
    }
    if (tally.demo()) {
      b.put("demo", true)
          .put(
              "notice",
              "The demo provider made these rows: no model was asked, because no provider has a"
                  + " key");
    }
    return b.build();
  }

  /** A header has ASCII alone; JSON can write everything so. */
  private static String ascii(String json) {
    StringBuilder out = new StringBuilder();
    json.chars()
        .forEach(c -> {
          if (c < 0x20 || c > 0x7e) {
            out.append(String.format("\\u%04x", c));
          } else {
            out.append((char) c);
          }
        });
    return out.toString();
  }
}
