package dev.gatun.ai;

import dev.gatun.ai.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A chat request, independent of who serves it. Immutable; {@link #toBuilder} and the short methods
 * such as {@link #maxCost} make changed copies.
 *
 * @param task what it is for
 * @param messages the conversation; system messages may stand anywhere, codecs put them where their
 *     provider wants them
 * @param model a model that must serve it, or empty to let routing choose
 * @param maxOutputTokens the limit of generated tokens, reasoning included
 * @param temperature the sampling temperature, 0 to 2; routing prefers models that accept one, and
 *     codecs leave it out where a model refuses it
 * @param topP nucleus sampling, over 0 to 1
 * @param seed for repeatable sampling, where a provider has it
 * @param stop texts that end the answer
 * @param tools functions that the model may ask for
 * @param toolChoice whether it may, must or must not
 * @param parallelToolCalls whether it may ask for several at once
 * @param format the form of the answer
 * @param reasoning how much to reason
 * @param search asks for sources from the web
 * @param maxCost routing keeps to models whose expected cost is at most this, and the request fails
 *     instead of costing more
 * @param timeout the time for the whole call, attempts and waits included; empty for the client's
 * @param cache how it uses the response cache
 * @param data where its data may go
 * @param tenant on whose behalf: caches, limits and budgets are kept apart by tenant; empty for
 *     none
 * @param metadata labels for logs, traces and usage reports; never sent to a provider
 * @param extra members of the provider's own request format, merged into the body as they are
 */
public record ChatRequest(
    Task task,
    List<Message> messages,
    Optional<ModelRef> model,
    OptionalInt maxOutputTokens,
    OptionalDouble temperature,
    OptionalDouble topP,
    OptionalLong seed,
    List<String> stop,
    List<Tool> tools,
    ToolChoice toolChoice,
    boolean parallelToolCalls,
    ResponseFormat format,
    Optional<ReasoningEffort> reasoning,
    Optional<WebSearch> search,
    Optional<Usd> maxCost,
    Optional<Duration> timeout,
    CacheMode cache,
    DataPolicy data,
    String tenant,
    Map<String, String> metadata,
    Json.Obj extra) {
  /** Copies the lists and maps and checks the numbers. */
  public ChatRequest {
    messages = List.copyOf(messages);
    stop = List.copyOf(stop);
    tools = List.copyOf(tools);
    // Sorted, so that equal requests print and hash alike.
    metadata = java.util.Collections.unmodifiableMap(new TreeMap<>(metadata));
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("A chat request needs at least one message");
    }
    if (maxOutputTokens.isPresent() && maxOutputTokens.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "maxOutputTokens must be at least 1, got " + maxOutputTokens.getAsInt());
    }
    check("temperature", temperature, 2);
    check("topP", topP, 1);
    if (timeout.isPresent() && !timeout.get().isPositive()) {
      throw new IllegalArgumentException("timeout must be positive, got " + timeout.get());
    }
    if (maxCost.isPresent() && maxCost.get().pico() < 0) {
      throw new IllegalArgumentException("maxCost cannot be negative, got " + maxCost.get());
    }
  }

  private static void check(String name, OptionalDouble value, double max) {
    if (value.isPresent() && !(value.getAsDouble() >= 0 && value.getAsDouble() <= max)) {
      throw new IllegalArgumentException(
          name + " must be between 0 and " + max + ", got " + value.getAsDouble());
    }
  }

  /** A question. */
  public static ChatRequest of(String user) {
    return builder().user(user).build();
  }

  /** A question for a task. */
  public static ChatRequest of(Task task, String user) {
    return builder().task(task).user(user).build();
  }

  /** A builder with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder with everything of this request. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** This request with an upper limit of its cost. */
  public ChatRequest maxCost(Usd limit) {
    return toBuilder().maxCost(limit).build();
  }

  /** This request with a model that must serve it. */
  public ChatRequest model(ModelRef ref) {
    return toBuilder().model(ref).build();
  }

  /** This request with a time limit. */
  public ChatRequest timeout(Duration limit) {
    return toBuilder().timeout(limit).build();
  }

  /** This request on behalf of a tenant. */
  public ChatRequest tenant(String name) {
    return toBuilder().tenant(name).build();
  }

  /** The texts of all system messages, joined by blank lines; empty when there are none. */
  public String systemText() {
    String text = "";
    boolean first = true;
    for (Message m : messages) {
      if (m.role() == Message.Role.SYSTEM) {
        text = first ? m.text() : text + "\n\n" + m.text();
        first = false;
      }
    }
    return text;
  }

  /** The messages that are not instructions. */
  public List<Message> conversation() {
    return messages.stream().filter(m -> m.role() != Message.Role.SYSTEM).toList();
  }

  /** Collects the parts of a request; not thread-safe. */
  public static final class Builder {
    private Task task = Task.GENERAL;
    private final List<Message> messages = new ArrayList<>();
    private Optional<ModelRef> model = Optional.empty();
    private OptionalInt maxOutputTokens = OptionalInt.empty();
    private OptionalDouble temperature = OptionalDouble.empty();
    private OptionalDouble topP = OptionalDouble.empty();
    private OptionalLong seed = OptionalLong.empty();
    private List<String> stop = List.of();
    private final List<Tool> tools = new ArrayList<>();
    private ToolChoice toolChoice = ToolChoice.AUTO;
    private boolean parallelToolCalls = true;
    private ResponseFormat format = ResponseFormat.TEXT;
    private Optional<ReasoningEffort> reasoning = Optional.empty();
    private Optional<WebSearch> search = Optional.empty();
    private Optional<Usd> maxCost = Optional.empty();
    private Optional<Duration> timeout = Optional.empty();
    private CacheMode cache = CacheMode.DEFAULT;
    private DataPolicy data = DataPolicy.DEFAULT;
    private String tenant = "";
    private final Map<String, String> metadata = new TreeMap<>();
    private Json.Obj extra = Json.Obj.EMPTY;

    private Builder() {}

    private Builder(ChatRequest r) {
      task = r.task;
      messages.addAll(r.messages);
      model = r.model;
      maxOutputTokens = r.maxOutputTokens;
      temperature = r.temperature;
      topP = r.topP;
      seed = r.seed;
      stop = r.stop;
      tools.addAll(r.tools);
      toolChoice = r.toolChoice;
      parallelToolCalls = r.parallelToolCalls;
      format = r.format;
      reasoning = r.reasoning;
      search = r.search;
      maxCost = r.maxCost;
      timeout = r.timeout;
      cache = r.cache;
      data = r.data;
      tenant = r.tenant;
      metadata.putAll(r.metadata);
      extra = r.extra;
    }

    /** Sets what the request is for. */
    public Builder task(Task value) {
      task = value;
      return this;
    }

    /** Adds instructions. */
    public Builder system(String text) {
      return message(Message.system(text));
    }

    /** Adds what the caller says. */
    public Builder user(String text) {
      return message(Message.user(text));
    }

    /** Adds a turn. */
    public Builder message(Message value) {
      messages.add(value);
      return this;
    }

    /** Replaces the conversation. */
    public Builder messages(List<Message> values) {
      messages.clear();
      messages.addAll(values);
      return this;
    }

    /** Names the model that must serve it. */
    public Builder model(ModelRef value) {
      model = Optional.of(value);
      return this;
    }

    /** Names the model that must serve it, as {@code provider/model}. */
    public Builder model(String value) {
      return model(ModelRef.parse(value));
    }

    /** Limits the generated tokens. */
    public Builder maxOutputTokens(int value) {
      maxOutputTokens = OptionalInt.of(value);
      return this;
    }

    /** Sets the sampling temperature. */
    public Builder temperature(double value) {
      temperature = OptionalDouble.of(value);
      return this;
    }

    /** Sets nucleus sampling. */
    public Builder topP(double value) {
      topP = OptionalDouble.of(value);
      return this;
    }

    /** Sets the seed. */
    public Builder seed(long value) {
      seed = OptionalLong.of(value);
      return this;
    }

    /** Sets the texts that end the answer. */
    public Builder stop(List<String> values) {
      stop = List.copyOf(values);
      return this;
    }

    /** Adds a tool. */
    public Builder tool(Tool value) {
      tools.add(value);
      return this;
    }

    /** Replaces the tools. */
    public Builder tools(List<Tool> values) {
      tools.clear();
      tools.addAll(values);
      return this;
    }

    /** Sets whether tools may, must or must not be called. */
    public Builder toolChoice(ToolChoice value) {
      toolChoice = value;
      return this;
    }

    /** Sets whether several tools may be called at once. */
    public Builder parallelToolCalls(boolean value) {
      parallelToolCalls = value;
      return this;
    }

    /** Sets the form of the answer. */
    public Builder format(ResponseFormat value) {
      format = value;
      return this;
    }

    /** Sets how much to reason. */
    public Builder reasoning(ReasoningEffort value) {
      reasoning = Optional.of(value);
      return this;
    }

    /** Asks for sources from the web. */
    public Builder search(WebSearch value) {
      search = Optional.of(value);
      return this;
    }

    /** Limits the cost. */
    public Builder maxCost(Usd value) {
      maxCost = Optional.of(value);
      return this;
    }

    /** Limits the time of the whole call. */
    public Builder timeout(Duration value) {
      timeout = Optional.of(value);
      return this;
    }

    /** Sets the use of the response cache. */
    public Builder cache(CacheMode value) {
      cache = value;
      return this;
    }

    /** Sets where the data may go. */
    public Builder data(DataPolicy value) {
      data = value;
      return this;
    }

    /** Sets on whose behalf it is. */
    public Builder tenant(String value) {
      tenant = value;
      return this;
    }

    /** Adds a label. */
    public Builder metadata(String name, String value) {
      metadata.put(name, value);
      return this;
    }

    /** Sets members of the provider's own request format. */
    public Builder extra(Json.Obj value) {
      extra = value;
      return this;
    }

    /**
     * The request.
     *
     * @throws IllegalArgumentException when there is no message or a number is out of its range
     */
    public ChatRequest build() {
      return new ChatRequest(
          task,
          messages,
          model,
          maxOutputTokens,
          temperature,
          topP,
          seed,
          stop,
          tools,
          toolChoice,
          parallelToolCalls,
          format,
          reasoning,
          search,
          maxCost,
          timeout,
          cache,
          data,
          tenant,
          metadata,
          extra);
    }
  }
}
