package dev.gatun.ai.privacy;

import dev.gatun.ai.ChatRequest;
import dev.gatun.ai.Message;
import dev.gatun.ai.Part;
import dev.gatun.ai.ResponseFormat;
import dev.gatun.ai.Tool;
import dev.gatun.ai.error.AiException;
import dev.gatun.ai.error.Failure;
import dev.gatun.ai.json.Json;
import dev.gatun.ai.spi.PrivacyGuard;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Replaces personal data in a request by placeholders and puts it back into the answer. All texts
 * that leave are searched: messages, tool calls and their results, descriptions and schemas, stop
 * texts and extra members. Immutable and thread-safe.
 *
 * <p>It fails closed: when a detector breaks, a text is too large, or there is an image (whose
 * content nothing here can read), the request is refused and not sent.
 *
 * <ul>
 *   <li>detectors: e-mail, phone (international), card, IBAN, national numbers, IP addresses
 *   <li>when: only for requests whose {@link dev.gatun.ai.DataPolicy#redact} says so
 *   <li>images: refused
 *   <li>the most characters of a request: 1,000,000
 * </ul>
 */
public final class Redactor implements PrivacyGuard {
  private final List<PiiDetector> detectors;
  private final boolean always;
  private final boolean allowImages;
  private final long maxCharacters;

  private Redactor(Builder b) {
    detectors = List.copyOf(b.detectors);
    always = b.always;
    allowImages = b.allowImages;
    maxCharacters = b.maxCharacters;
  }

  /** A redactor with the defaults. */
  public static Redactor ofDefaults() {
    return builder().build();
  }

  /** A builder that has the default detectors. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects the settings of a redactor; not thread-safe. */
  public static final class Builder {
    private final List<PiiDetector> detectors =
        new ArrayList<>(
            List.of(
                Detectors.email(),
                Detectors.phone(),
                Detectors.card(),
                Detectors.iban(),
                Detectors.nationalId(),
                Detectors.ip()));
    private boolean always;
    private boolean allowImages;
    private long maxCharacters = 1_000_000;

    private Builder() {}

    /** Uses these detectors only. */
    public Builder detectors(List<PiiDetector> values) {
      detectors.clear();
      detectors.addAll(values);
      return this;
    }

    /** Adds a detector. */
    public Builder detector(PiiDetector value) {
      detectors.add(value);
      return this;
    }

    /** Adds names to look for. */
    public Builder names(String... names) {
      return detector(Detectors.names(names));
    }

    /** Adds countries whose national phone numbers count, by two-letter code. */
    public Builder phoneRegions(String... regions) {
      return detector(Detectors.phone(regions));
    }

    /** Redacts every request, whatever it says. */
    public Builder always() {
      always = true;
      return this;
    }

    /** Lets images pass unseen. */
    public Builder allowImages() {
      allowImages = true;
      return this;
    }

    /** Sets the most characters of a request. */
    public Builder maxCharacters(long value) {
      maxCharacters = value;
      return this;
    }

    /** The redactor. */
    public Redactor build() {
      return new Redactor(this);
    }
  }

  @Override
  public Redaction redact(ChatRequest request) {
    if (!always && !request.data().redact()) {
      return PrivacyGuard.NONE.redact(request);
    }
    try {
      return new Work(request).run();
    } catch (AiException e) {
      throw e;
    } catch (RuntimeException e) {
      // Neither its message nor itself goes on: it may hold the text.
      throw violation("A detector failed with " + e.getClass().getSimpleName());
    }
  }

  private static AiException violation(String why) {
    return new AiException.PrivacyViolation(
        Failure.of(
            why + ", so the request was not sent, since it must leave without personal data"));
  }

  /** One request on its way through. */
  private final class Work {
    private final ChatRequest request;
    private final List<String> texts = new ArrayList<>();
    private Placeholders placeholders = new Placeholders("");

    Work(ChatRequest request) {
      this.request = request;
    }

    Redaction run() {
      // The first pass only looks, to choose placeholders that occur nowhere.
      map(text -> {
        texts.add(text);
        return text;
      });
      if (texts.stream().mapToLong(String::length).sum() > maxCharacters) {
        throw violation(
            "The request has more than the " + maxCharacters + " characters that are searched");
      }
      placeholders = new Placeholders(freeMark());
      ChatRequest redacted = map(this::replace);
      Placeholders made = placeholders;
      if (made.isEmpty()) {
        return PrivacyGuard.NONE.redact(request);
      }
      return new Redaction() {
        @Override
        public ChatRequest request() {
          return redacted;
        }

        @Override
        public String restore(String text) {
          return made.restore(text);
        }

        @Override
        public Restorer restorer() {
          return made.restorer();
        }
      };
    }

    private String freeMark() {
      StringBuilder mark = new StringBuilder();
      while (texts.stream().anyMatch(t -> Placeholders.occursIn(t, mark.toString()))) {
        mark.append('X');
      }
      return mark.toString();
    }

    private String replace(String text) {
      List<PiiDetector.Span> spans = merged(text);
      if (spans.isEmpty()) {
        return text;
      }
      StringBuilder out = new StringBuilder(text.length());
      int from = 0;
      for (PiiDetector.Span s : spans) {
        out.append(text, from, s.start());
        out.append(placeholders.of(s.kind(), text.substring(s.start(), s.end())));
        from = s.end();
      }
      return out.append(text, from, text.length()).toString();
    }

    /** Spans that overlap become one, of the longest's kind: no part of any stays. */
    private List<PiiDetector.Span> merged(String text) {
      List<PiiDetector.Span> all = new ArrayList<>();
      detectors.forEach(d -> all.addAll(d.find(text)));
      all.sort(
          Comparator.comparingInt(PiiDetector.Span::start)
              .thenComparing(Comparator.comparingInt(PiiDetector.Span::end).reversed()));
      List<PiiDetector.Span> result = new ArrayList<>();
      for (PiiDetector.Span s : all) {
        PiiDetector.Span last = result.isEmpty() ? null : result.getLast();
        if (last == null || s.start() >= last.end()) {
          result.add(s);
        } else if (s.end() > last.end()) {
          String kind = s.end() - s.start() > last.end() - last.start() ? s.kind() : last.kind();
          result.set(result.size() - 1, new PiiDetector.Span(last.start(), s.end(), kind));
        }
      }
      return result;
    }

    private ChatRequest map(UnaryOperator<String> f) {
      ChatRequest.Builder b = request.toBuilder();
      b.messages(request.messages().stream().map(m -> message(m, f)).toList());
      b.stop(request.stop().stream().map(f).toList());
      b.tools(
          request.tools().stream()
              .map(t ->
                  new Tool(
                      t.name(),
                      f.apply(t.description()),
                      (Json.Obj) json(t.parameters(), f),
                      t.strict()))
              .toList());
      if (request.format() instanceof ResponseFormat.JsonSchema s) {
        b.format(new ResponseFormat.JsonSchema(s.name(), (Json.Obj) json(s.schema(), f)));
      }
      return b.extra((Json.Obj) json(request.extra(), f)).build();
    }

    private Message message(Message m, UnaryOperator<String> f) {
      return new Message(m.role(), m.parts().stream().map(p -> part(p, f)).toList());
    }

    private Part part(Part part, UnaryOperator<String> f) {
      return switch (part) {
        case Part.Text t -> new Part.Text(f.apply(t.text()));
        case Part.Reasoning r -> new Part.Reasoning(f.apply(r.text()), r.signature());
        case Part.ToolCall c ->
            new Part.ToolCall(c.id(), c.name(), arguments(c.arguments(), f), c.signature());
        case Part.ToolResult r ->
            new Part.ToolResult(r.id(), r.name(), f.apply(r.content()), r.error());
        case Part.Image i -> {
          if (!allowImages) {
            throw violation("The request has an image, which cannot be searched");
          }
          yield i;
        }
      };
    }

    /** Arguments stay the JSON document that they are, if they are one. */
    private String arguments(String text, UnaryOperator<String> f) {
      try {
        return Json.write(json(Json.parse(text), f));
      } catch (Json.JsonSyntaxException _) {
        return f.apply(text);
      }
    }

    private Json json(Json value, UnaryOperator<String> f) {
      return switch (value) {
        case Json.Obj o -> {
          Map<String, Json> members = new LinkedHashMap<>();
          o.members().forEach((k, v) -> members.put(k, json(v, f)));
          yield new Json.Obj(members);
        }
        case Json.Arr a -> new Json.Arr(a.elements().stream().map(e -> json(e, f)).toList());
        case Json.Str s -> new Json.Str(f.apply(s.value()));
        case Json.Num n -> {
          String mapped = f.apply(n.literal());
          yield mapped.equals(n.literal()) ? n : new Json.Str(mapped);
        }
        case Json.Bool _, Json.Null _ -> value;
      };
    }
  }
}
