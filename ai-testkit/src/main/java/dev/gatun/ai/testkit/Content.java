package dev.gatun.ai.testkit;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** What a script answers with. */
public sealed interface Content {

  /**
   * What a model says, in order.
   *
   * @param parts its pieces; none at all is a reply of status 200 without any choice
   */
  record Parts(List<Part> parts) implements Content {
    public Parts {
      parts = List.copyOf(parts);
    }
  }

  /**
   * The text of the last user message, cut to the request's limit of output tokens; an instance of
   * the schema where one is asked for, a call where a tool is forced.
   */
  record Echo() implements Content {}

  /** This many words of filler text, always the same. */
  record Lorem(int words) implements Content {
    public Lorem {
      if (words < 1) {
        throw new IllegalArgumentException("expected at least one word, and got " + words);
      }
    }
  }

  /** The dialect's expression of an error; {@code message} replaces its text unless empty. */
  record Failed(Failure failure, String message) implements Content {
    public Failed {
      Objects.requireNonNull(failure, "failure");
      Objects.requireNonNull(message, "message");
    }
  }

  /** This text as the body, whatever was asked. */
  record Raw(String contentType, String body) implements Content {
    public Raw {
      Objects.requireNonNull(contentType, "contentType");
      Objects.requireNonNull(body, "body");
    }
  }

  /** A JSON object with these members in place of the whole body. */
  record Json(Map<String, ?> members) implements Content {}

  /** These vectors, in the order of the inputs and over again from the first. */
  record Vectors(List<float[]> vectors) implements Content {
    public Vectors {
      vectors = List.copyOf(vectors);
      if (vectors.isEmpty()) {
        throw new IllegalArgumentException("expected at least one vector, and got none");
      }
    }
  }

  /** Nothing: the request is read, the connection stays open, and no byte comes. */
  record Hang() implements Content {}

  /** A connection that is closed, or reset, before any byte. */
  record Drop(boolean reset) implements Content {}

  /** A script made from the request. */
  record Computed(Function<RecordedRequest, Script> script) implements Content {}
}
