package dev.gatun.tensor;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Owns the tensors made while it is the innermost open scope of its thread, and frees them when it
 * closes, but for those given to {@link #keep}. A tensor's owner is never its input's owner. Scopes
 * nest and close in reverse order. Tensors made outside any scope are freed by the garbage
 * collector: later, but never leaked.
 *
 * <p>Not thread-safe: a scope belongs to the thread that opened it.
 */
public final class Scope implements AutoCloseable {
  private final Context context;
  private final @Nullable Scope parent;
  private Tensor[] owned = new Tensor[16];
  private int count;
  private boolean closed;

  private Scope(Context context) {
    this.context = context;
    this.parent = context.scope;
  }

  /** Opens a scope that becomes the innermost of this thread. */
  public static Scope open() {
    Context c = Context.current();
    Scope s = new Scope(c);
    c.scope = s;
    return s;
  }

  /** Runs the body outside any scope: what it makes lives until closed or unreachable. */
  public static <T> T outside(Supplier<T> body) {
    Context c = Context.current();
    @Nullable Scope before = c.scope;
    c.scope = null;
    try {
      return body.get();
    } finally {
      c.scope = before;
    }
  }

  /**
   * Hands tensors to the enclosing scope (or to the garbage collector when there is none), so that
   * they outlive this one.
   *
   * @param value a tensor, or an array, iterable, map or record of such; other values pass
   * @return the value
   */
  public <T> T keep(T value) {
    switch (value) {
      case Tensor t -> {
        if (t.owner() == this) {
          t.moveTo(parent);
        }
      }
      case Object[] array -> Arrays.stream(array).forEach(this::keep);
      case Iterable<?> items -> items.forEach(this::keep);
      case Map<?, ?> map -> map.values().forEach(this::keep);
      case Record record -> keepComponents(record);
      default -> {}
    }
    return value;
  }

  private void keepComponents(Record record) {
    for (var component : record.getClass().getRecordComponents()) {
      try {
        var accessor = component.getAccessor();
        if (accessor.trySetAccessible()) {
          Object part = accessor.invoke(record);
          if (part != null) {
            keep(part);
          }
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("Cannot read " + component + " of " + record, e);
      }
    }
  }

  /** True when the tensor will be freed with this scope. */
  public boolean owns(Tensor tensor) {
    return tensor.owner() == this;
  }

  /** Makes this scope the owner of a tensor that another scope or the collector owned. */
  public Tensor adopt(Tensor tensor) {
    tensor.moveTo(this);
    return tensor;
  }

  /**
   * A new handle of the same value, owned by this scope even if it is not the innermost. Tapes
   * track it as they track the tensor.
   */
  public Tensor hold(Tensor tensor) {
    Tensor alias = tensor.alias(context);
    alias.moveTo(this);
    return alias;
  }

  void add(Tensor tensor) {
    if (closed) {
      throw new IllegalStateException("The scope is closed");
    }
    if (count == owned.length) {
      owned = Arrays.copyOf(owned, count * 2);
    }
    tensor.slot = count;
    owned[count++] = tensor;
  }

  @SuppressWarnings("NullAway") // slots from count on are never read
  void remove(Tensor tensor) {
    Tensor last = owned[--count];
    owned[tensor.slot] = last;
    last.slot = tensor.slot;
    owned[count] = null;
  }

  /**
   * Frees what this scope still owns.
   *
   * @throws IllegalStateException when a scope opened inside it is still open
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (context.scope != this) {
      throw new IllegalStateException(
          "Scopes must be closed in reverse order on the thread that opened them");
    }
    closed = true;
    context.scope = parent;
    for (int i = count; i-- > 0; ) {
      owned[i].freeFromScope();
    }
    count = 0;
    owned = new Tensor[0];
  }
}
