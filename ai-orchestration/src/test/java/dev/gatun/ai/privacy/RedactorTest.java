package dev.gatun.ai.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.DataPolicy;
import dev.gatun.ai.Message;
import dev.gatun.ai.Part;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.Tool;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.PrivacyGuard;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RedactorTest {
  private static final String TEXT =
      "Write to ada@example.com or +49 30 901820 about card 4111 1111 1111 1111, IBAN"
          + " DE89370400440532013000, SSN 078-05-1120, host 10.1.2.3; again: ada@example.com. Ada!";
  private static final List<String> SECRETS =
      List.of(
          "ada@example.com",
          "901820",
          "4111",
          "DE89370400440532013000",
          "078-05-1120",
          "10.1.2.3",
          "Ada");

  private final Redactor redactor = Redactor.builder().names("Ada").always().build();

  @Test
  void nothingPersonalLeavesAndAllOfItReturns() {
    PrivacyGuard.Redaction r = redactor.redact(ChatRequest.of(TEXT));
    String sent = r.request().messages().getFirst().text();
    assertThat(sent)
        .isEqualTo(
            "Write to [EMAIL_1] or [PHONE_1] about card [CARD_1], IBAN [IBAN_1], SSN"
                + " [NATIONAL_ID_1], host [IP_1]; again: [EMAIL_1]. [NAME_1]!");
    assertThat(r.restore(sent)).isEqualTo(TEXT);
    assertThat(r.restore("[EMAIL_2] [EMAIL_1 [[EMAIL_1]]"))
        .isEqualTo("[EMAIL_2] [EMAIL_1 [ada@example.com]");
  }

  @Test
  void everyTextOfARequestIsSearched() {
    Json.Obj schema =
        Json.object("description", Json.of("like ada@example.com"))
            .with("enum", Json.array(Json.of("078-05-1120")));
    ChatRequest request =
        ChatRequest.builder()
            .system("You serve ada@example.com")
            .user("host 10.1.2.3")
            .message(
                new Message(
                    Message.Role.ASSISTANT,
                    List.of(
                        new Part.Reasoning("Ada wants", "sig"),
                        new Part.ToolCall(
                            "c1", "f", "{\"to\":\"ada@example.com\",\"card\":4111111111111111}"))))
            .message(
                new Message(
                    Message.Role.TOOL,
                    List.of(new Part.ToolResult("c1", "f", "DE89370400440532013000", false))))
            .tool(Tool.of("f", "mails to Ada", schema))
            .format(new ResponseFormat.JsonSchema("s", schema))
            .stop(List.of("Ada"))
            .extra(Json.object("user", Json.array(Json.of("ada@example.com"))))
            .build();
    PrivacyGuard.Redaction r = redactor.redact(request);
    // Its text has every component.
    assertThat(r.request().toString()).doesNotContain(SECRETS);
    Part.ToolCall call = r.request().messages().get(2).toolCalls().getFirst();
    assertThat(call.json()).isEqualTo(Json.parse("{\"to\":\"[EMAIL_1]\",\"card\":\"[CARD_1]\"}"));
    assertThat(r.request().task()).isEqualTo(request.task());
  }

  @Property(tries = 200)
  void aStreamCutAnywhereIsRestored(
      @ForAll @IntRange(min = 1, max = 12) int first,
      @ForAll @IntRange(min = 1, max = 40) int rest) {
    PrivacyGuard.Redaction r = redactor.redact(ChatRequest.of(TEXT));
    String sent = "[[ " + r.request().messages().getFirst().text() + " [EMA [EMAIL_9] [";
    PrivacyGuard.Restorer restorer = r.restorer();
    StringBuilder out = new StringBuilder();
    int from = 0;
    for (int to = Math.min(first, sent.length());
        from < sent.length();
        to = Math.min(to + rest, sent.length())) {
      out.append(restorer.add(sent.substring(from, to)));
      from = to;
    }
    out.append(restorer.end());
    assertThat(out.toString()).isEqualTo("[[ " + TEXT + " [EMA [EMAIL_9] [");
  }

  @Test
  void aStreamCutInTwoAtEveryPlaceIsRestored() {
    PrivacyGuard.Redaction r = redactor.redact(ChatRequest.of(TEXT));
    String sent = r.request().messages().getFirst().text();
    for (int i = 0; i <= sent.length(); i++) {
      PrivacyGuard.Restorer restorer = r.restorer();
      String a = restorer.add(sent.substring(0, i));
      String b = restorer.add(sent.substring(i));
      assertThat(a + b + restorer.end()).isEqualTo(TEXT);
    }
  }

  @Test
  void textWithoutPlaceholdersIsNotHeldBack() {
    PrivacyGuard.Restorer restorer = redactor.redact(ChatRequest.of(TEXT)).restorer();
    assertThat(restorer.add("a[0] = b[i]; [x")).isEqualTo("a[0] = b[i]; [x");
    assertThat(restorer.add("[E")).isEmpty();
    assertThat(restorer.add("!")).isEqualTo("[E!");
  }

  @Test
  void aRequestWithTextsLikePlaceholdersIsNotConfused() {
    String text = "keep [EMAIL_1] and [EMAILX_1]; hide ada@example.com";
    PrivacyGuard.Redaction r = redactor.redact(ChatRequest.of(text));
    String sent = r.request().messages().getFirst().text();
    assertThat(sent).isEqualTo("keep [EMAIL_1] and [EMAILX_1]; hide [EMAILXX_1]");
    assertThat(r.restore(sent)).isEqualTo(text);
  }

  @Test
  void equalRequestsBecomeEqual() {
    assertThat(redactor.redact(ChatRequest.of(TEXT)).request())
        .isEqualTo(redactor.redact(ChatRequest.of(TEXT)).request());
  }

  @Test
  void onlyWhereItIsAskedFor() {
    Redactor onRequest = Redactor.ofDefaults();
    ChatRequest plain = ChatRequest.of(TEXT);
    assertThat(onRequest.redact(plain).request()).isSameAs(plain);
    ChatRequest asked = plain.toBuilder().data(new DataPolicy(Set.of(), Set.of(), true)).build();
    assertThat(onRequest.redact(asked).request().toString()).doesNotContain("ada@example.com");
  }

  @Test
  void failsClosed() {
    Redactor broken =
        Redactor.builder()
            .always()
            .detector(text -> {
              throw new IllegalStateException("about " + text);
            })
            .build();
    assertThatThrownBy(() -> broken.redact(ChatRequest.of(TEXT)))
        .isInstanceOf(AiException.PrivacyViolation.class)
        .hasMessageContaining("IllegalStateException")
        .hasMessageNotContaining("ada@")
        .hasNoCause();
    ChatRequest image =
        ChatRequest.builder()
            .message(Message.user(Part.Image.of("image/png", new byte[1])))
            .build();
    assertThatThrownBy(() -> redactor.redact(image))
        .isInstanceOf(AiException.PrivacyViolation.class)
        .hasMessageContaining("image");
    assertThat(Redactor.builder().always().allowImages().build().redact(image).request())
        .isEqualTo(image);
    assertThatThrownBy(() ->
            Redactor.builder().always().maxCharacters(10).build().redact(ChatRequest.of(TEXT)))
        .isInstanceOf(AiException.PrivacyViolation.class)
        .hasMessageContaining("10 characters");
  }

  @Test
  void overlappingFindsLeaveNothing() {
    Redactor r =
        Redactor.builder()
            .always()
            .detectors(
                List.of(
                    text ->
                        List.of(new PiiDetector.Span(0, 4, "A"), new PiiDetector.Span(2, 9, "B")),
                    text -> List.of(new PiiDetector.Span(9, 10, "C"))))
            .build();
    assertThat(r.redact(ChatRequest.of("0123456789x")).request().messages().getFirst().text())
        .isEqualTo("[B_1][C_1]x");
  }
}
