package dev.gatun.autograd;

import dev.gatun.tensor.Device;
import dev.gatun.tensor.Engine;
import dev.gatun.tensor.Interceptor;
import dev.gatun.tensor.Scope;
import dev.gatun.tensor.ShapeException;
import dev.gatun.tensor.Tensor;
import dev.gatun.tensor.op.Composite;
import dev.gatun.tensor.op.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Records the operations of its thread while it is open, and gives gradients:
 *
 * <pre>{@code
 * try (Tape tape = Tape.record()) {
 *   Tensor loss = x.matmul(w).sub(target).square().mean();
 *   Gradients gradients = tape.gradients(loss);
 * }
 * }</pre>
 *
 * <p>An operation is recorded when an input requires gradients: a leaf that was marked with {@link
 * Tensor#requiresGrad(boolean)}, or the result of a recorded operation. Gradients are those of the
 * leaves.
 *
 * <p>Memory: the tape is a {@link Scope}, so what is made while it is the innermost one is freed
 * when it closes. It holds for each operation only what the gradient needs, by references of its
 * own: close other handles early (in inner scopes) and {@code gradients} frees the activations as
 * it goes. Therefore a second call of {@code gradients} over the same operations is an error,
 * unless {@link #retain} was called or the first one was asked for {@code createGraph}.
 *
 * <p>Values may be changed in place between recording and {@code gradients} only if no gradient
 * needs them; it is an error otherwise.
 *
 * <p>Tapes nest: an inner one treats as leaves what an outer one recorded. Not thread-safe: a tape
 * belongs to the thread that opened it and sees the operations of that thread alone.
 */
public final class Tape implements AutoCloseable {
  private static final ThreadLocal<@Nullable Tape> CURRENT = new ThreadLocal<>();

  private static final Node[] NO_NODES = {};
  private static final Source[] NO_SOURCES = {};

  private final @Nullable Tape outer;
  private final boolean dry;
  private final Thread thread = Thread.currentThread();
  private final Scope scope;
  private final Engine.Installation installation;
  private final int[] noGrad = NoGrad.depth();

  /** The recorded ops, by their numbers. */
  private Node[] nodes = new Node[16];

  private int size;

  /** The tracked values, by their numbers. */
  private Source[] sources = new Source[32];

  private int sourceCount;

  /** The tracked values that do not carry their number themselves: see {@link Tensor#mark()}. */
  private final IdentityHashMap<Tensor, Source> unmarked = new IdentityHashMap<>(8);

  private final List<Tensor> leaves = new ArrayList<>();
  private final IdentityHashMap<Tensor, List<UnaryOperator<Tensor>>> hooks =
      new IdentityHashMap<>(1);
  private boolean recording = true;
  private boolean retain;
  private boolean closed;

  private Tape(boolean dry) {
    this.dry = dry;
    outer = CURRENT.get();
    installation = Engine.install(new Recorder());
    scope = Scope.open();
    CURRENT.set(this);
  }

  /** Opens a tape that records until it is closed. */
  public static Tape record() {
    return new Tape(false);
  }

  /** A tape that only finds out which results are tracked and from which leaves. */
  static Tape dry() {
    return new Tape(true);
  }

  /** The innermost open tape of this thread. */
  static @Nullable Tape current() {
    return CURRENT.get();
  }

  /** Runs the body with nothing recorded on this thread. */
  public static <T> T noGrad(Supplier<T> body) {
    try (NoGrad _ = NoGrad.enter()) {
      return body.get();
    }
  }

  /**
   * Keeps the activations after {@code gradients}, so that it can be called again.
   *
   * @return this tape
   */
  public Tape retain() {
    retain = true;
    return this;
  }

  /**
   * Hands tensors to the enclosing scope, so that they outlive the tape.
   *
   * @param value as {@link Scope#keep} takes it, also {@link Gradients}
   * @return the value
   */
  public <T> T keep(T value) {
    return scope.keep(value);
  }

  // ---- Gradients --------------------------------------------------------------------------------

  /**
   * The gradients of a scalar with respect to all leaves that it depends on.
   *
   * @throws ShapeException when the loss has more than one element
   * @throws IllegalStateException when it depends on no leaf, or the tape is consumed or closed
   */
  public Gradients gradients(Tensor loss) {
    if (loss.numel() != 1) {
      throw new ShapeException(
          "Gradients need a loss of one element, got shape "
              + loss.shape()
              + "; reduce it, or pass the gradient of a scalar with respect to it");
    }
    return gradients(loss, loss.onesLike());
  }

  /**
   * The gradients of {@code sum(y * cotangent)} with respect to all leaves that y depends on.
   *
   * @param cotangent of y's shape
   */
  public Gradients gradients(Tensor y, Tensor cotangent) {
    return run(List.of(y), List.of(cotangent), null, false, 0);
  }

  /**
   * The gradients of {@code sum(y * cotangent)}, summed over all pairs, with respect to given
   * tensors, which may be leaves or results of recorded operations. A tensor that no y depends on
   * gets no gradient.
   *
   * @param cotangents one for each y, of its shape
   * @param createGraph true to record the computation of the gradients, so that they can be
   *     differentiated in turn; also keeps the activations
   */
  public Gradients gradients(
      List<Tensor> ys, List<Tensor> cotangents, List<Tensor> wrt, boolean createGraph) {
    return run(ys, cotangents, wrt, createGraph, 0);
  }

  /**
   * Calls a function with the whole gradient of a tensor during {@code gradients}, and goes on with
   * what it returns (the same gradient, or another of its shape). Several are called in order.
   *
   * @param tensor a leaf, or the result of a recorded operation
   */
  public void onGradient(Tensor tensor, UnaryOperator<Tensor> hook) {
    hooks.computeIfAbsent(tensor.identity(), _ -> new ArrayList<>()).add(hook);
  }

  /** As the public methods; ops recorded before number {@code floor} are not entered. */
  Gradients run(
      List<Tensor> ys,
      List<Tensor> cotangents,
      @Nullable List<Tensor> wrt,
      boolean createGraph,
      int floor) {
    if (closed) {
      throw new IllegalStateException("The tape is closed: ask for gradients before it closes");
    }
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "A tape belongs to the thread that opened it, " + thread.getName());
    }
    if (ys.size() != cotangents.size()) {
      throw new ShapeException(
          "Expected one cotangent for each tensor, got " + cotangents.size() + " for " + ys.size());
    }
    boolean before = recording;
    recording = createGraph;
    try (NoGrad _ = createGraph ? NoGrad.lift() : null) {
      var backward = new Backward(this, createGraph, retain || createGraph, floor);
      return backward.run(ys, cotangents, wrt);
    } finally {
      recording = before;
    }
  }

  /** Applies the hooks of a tensor to its gradient. */
  Tensor hooked(Source source, Tensor gradient) {
    if (hooks.isEmpty()) {
      return gradient;
    }
    Tensor g = gradient;
    for (UnaryOperator<Tensor> hook : hooks.getOrDefault(source.tensor, List.of())) {
      g = hook.apply(g);
      if (!g.shape().equals(gradient.shape())) {
        throw new ShapeException(
            "A hook changed a gradient of shape " + gradient.shape() + " to shape " + g.shape());
      }
    }
    return g;
  }

  // ---- Recording --------------------------------------------------------------------------------

  /** True when operations are recorded now. */
  boolean isRecording() {
    return recording && noGrad[0] <= 0;
  }

  /** Sets whether operations are recorded; returns what it was. */
  boolean setRecording(boolean value) {
    boolean before = recording;
    recording = value;
    return before;
  }

  /** How many ops were recorded. */
  int size() {
    return size;
  }

  /** The leaves of what was recorded, in order of use. */
  List<Tensor> leaves() {
    return leaves;
  }

  /** A tracked value by its number. */
  Source source(int id) {
    return sources[id];
  }

  /** A recorded op by its number. */
  Node node(int index) {
    return nodes[index];
  }

  /** How many values are tracked. */
  int sourceCount() {
    return sourceCount;
  }

  /** Where a tensor came from; null if nothing tracks it. */
  @Nullable Source source(Tensor tensor) {
    if (!tensor.requiresGrad()) {
      return null;
    }
    Tensor id = tensor.identity();
    Source s = find(id);
    if (s == null) {
      s = add(null, 0, id);
      unmarked.put(id, s);
      leaves.add(id);
    }
    return s;
  }

  private @Nullable Source find(Tensor id) {
    return isMarked(id) ? sources[id.mark() - 1] : unmarked.get(id);
  }

  /** True when the number that the tensor carries is this tape's. */
  @SuppressWarnings("ReferenceEquality") // this very handle
  private boolean isMarked(Tensor id) {
    int number = id.mark() - 1;
    return number >= 0 && number < sourceCount && sources[number].tensor == id;
  }

  private Source add(@Nullable Node node, int output, Tensor tensor) {
    if (sourceCount == sources.length) {
      sources = Arrays.copyOf(sources, sourceCount * 2);
    }
    Source s = new Source(node, output, sourceCount, tensor);
    sources[sourceCount++] = s;
    return s;
  }

  /** Notes where a result came from: on the result itself, if no other tape has done so. */
  private Source result(Node node, int output, Tensor tensor) {
    Tensor id = tensor.identity();
    boolean free = id.mark() == 0 || isMarked(id);
    Source s = add(node, output, id);
    if (free) {
      id.mark(s.id + 1);
    } else {
      unmarked.put(id, s);
    }
    return s;
  }

  /** True when an op of this tape made the tensor. */
  boolean made(Tensor tensor) {
    Source s = find(tensor.identity());
    return s != null && s.node != null;
  }

  /**
   * Adds an op.
   *
   * @param edges the sources of the inputs
   * @param tracked which outputs have gradients
   */
  void add(
      String name,
      Rule rule,
      Tensor[] inputs,
      @Nullable Source[] edges,
      Tensor[] outputs,
      boolean[] tracked) {
    if (size == nodes.length) {
      nodes = Arrays.copyOf(nodes, size * 2);
    }
    var node = new Node(size, name, rule, edges, inputs, outputs);
    nodes[size++] = node;
    for (int i = 0; i < outputs.length; i++) {
      if (tracked[i]) {
        node.outputs[i] = result(node, i, outputs[i].requiresGrad(true));
      }
    }
    if (!dry) {
      node.save(scope, inputs, outputs);
    }
  }

  private boolean tracks(Tensor[] inputs) {
    if (isRecording()) {
      for (Tensor t : inputs) {
        if (t.requiresGrad()) {
          return true;
        }
      }
    }
    return false;
  }

  private final class Recorder implements Interceptor {
    @Override
    public Tensor[] call(Op op, Tensor[] inputs, Next next) {
      if (!tracks(inputs)) {
        return next.call(op, inputs);
      }
      Rule rule = GradientRules.of(op, inputs);
      Tensor[] outputs = next.call(op, inputs);
      boolean[] tracked = new boolean[outputs.length];
      boolean any = false;
      for (int i = 0; i < tracked.length; i++) {
        tracked[i] = outputs[i].dtype().isFloat();
        any |= tracked[i];
      }
      if (any && rule.kind() != Rule.Kind.NONE) {
        @Nullable Source[] edges = new @Nullable Source[inputs.length];
        for (int i = 0; i < edges.length; i++) {
          edges[i] = source(inputs[i]);
        }
        add(op.name(), rule, inputs, edges, outputs, tracked);
      }
      return outputs;
    }

    @Override
    public boolean decomposes(Composite op, Tensor[] inputs) {
      return !dry && tracks(inputs) && GradientRules.of(op, inputs).kind() == Rule.Kind.DECOMPOSE;
    }

    @Override
    public void onMove(Tensor source, Tensor copy) {
      Tensor[] inputs = {source};
      if (tracks(inputs)) {
        Device home = source.device();
        @Nullable Source[] edges = {source(source)};
        Rule rule = Rule.g(g -> g.to(home));
        add("to", rule, inputs, edges, new Tensor[] {copy}, new boolean[] {true});
      }
    }

    @Override
    public void onEffect(Tensor[] targets) {
      for (Tensor t : targets) {
        if (t.requiresGrad() && made(t) && isRecording()) {
          throw new IllegalStateException(
              t
                  + " was made by a recorded operation and must not be changed in place: gradients"
                  + " cannot see it; make a new tensor, or do it under NoGrad");
        }
      }
    }
  }

  /** Stops recording and frees what the tape and its scope hold. Idempotent. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    scope.close();
    closed = true;
    installation.close();
    CURRENT.set(outer);
    nodes = NO_NODES;
    size = 0;
    sources = NO_SOURCES;
    sourceCount = 0;
    unmarked.clear();
    leaves.clear();
    hooks.clear();
  }
}
