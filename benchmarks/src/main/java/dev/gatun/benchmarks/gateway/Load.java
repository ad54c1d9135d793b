package dev.gatun.benchmarks.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests from one thread and measures the answers.
 *
 * <p>In a closed loop each connection sends the next request when an answer has come. In an open
 * loop requests begin at a constant rate whatever the answers do, and the time of each counts from
 * when it was due: a server that stalls is seen by all that had to wait for it (no coordinated
 * omission).
 */
final class Load implements AutoCloseable {
  private static final long GRACE = 5_000_000_000L;

  private final Selector selector;
  private final ByteBuffer in = ByteBuffer.allocate(64 * 1024);
  private final List<Flow> flows = new ArrayList<>();
  private volatile long wake = Long.MAX_VALUE;
  private volatile boolean ended;
  private long end;

  private Load(List<Lane> lanes) throws IOException {
    selector = Selector.open();
    for (Lane lane : lanes) {
      flows.add(new Flow(lane));
    }
  }

  /** Runs lanes side by side for a time. */
  static List<Measured> run(double seconds, List<Lane> lanes) throws IOException {
    try (Load load = new Load(lanes)) {
      load.loop(seconds);
      return load.flows.stream().map(f -> f.measured).toList();
    }
  }

  /** Runs one lane for a time. */
  static Measured run(double seconds, Lane lane) throws IOException {
    return run(seconds, List.of(lane)).getFirst();
  }

  /** One lane and its connections. */
  private final class Flow {
    final Lane lane;
    final Measured measured = new Measured();
    final ArrayDeque<Connection> idle = new ArrayDeque<>();
    final ArrayDeque<Long> waiting = new ArrayDeque<>();
    final byte[] request;
    final double period;
    long begin;
    long number;
    int busy;

    Flow(Lane lane) throws IOException {
      this.lane = lane;
      request = lane.request().getBytes(StandardCharsets.UTF_8);
      period = lane.rate() > 0 ? 1e9 / lane.rate() : 0;
      for (int i = 0; i < lane.connections(); i++) {
        Connection c = new Connection(this);
        c.open();
        idle.push(c);
      }
    }

    long due() {
      return period == 0 ? Long.MAX_VALUE : begin + (long) (number * period);
    }

    /** Begins what is due. */
    void send(long now) throws IOException {
      if (period == 0) {
        while (now < end && !idle.isEmpty()) {
          start(idle.pop(), now);
        }
        return;
      }
      for (long due = due(); due <= now && due < end; due = due()) {
        waiting.add(due);
        number++;
      }
      while (!waiting.isEmpty() && !idle.isEmpty()) {
        start(idle.pop(), waiting.remove());
      }
    }

    private void start(Connection c, long at) throws IOException {
      busy++;
      c.start(at);
    }
  }

  private final class Connection {
    final Flow flow;
    final Answer answer = new Answer();
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private @Nullable ByteBuffer rest;
    private long start;
    private long first;
    private boolean open;

    Connection(Flow flow) {
      this.flow = flow;
    }

    void open() throws IOException {
      SocketChannel c = SocketChannel.open(flow.lane.to());
      c.configureBlocking(false);
      c.socket().setTcpNoDelay(true);
      key = c.register(selector, SelectionKey.OP_READ, this);
      channel = c;
      open = true;
    }

    void shut() throws IOException {
      open = false;
      if (channel != null) {
        channel.close();
      }
    }

    void start(long at) throws IOException {
      start = at;
      first = 0;
      answer.reset();
      if (!open) {
        flow.measured.reconnected();
        open();
      }
      rest = ByteBuffer.wrap(flow.request);
      try {
        write();
      } catch (IOException _) {
        // The server has just closed what was idle for too long: clients open another connection.
        shut();
        flow.measured.reconnected();
        open();
        rest = ByteBuffer.wrap(flow.request);
        write();
      }
    }

    void write() throws IOException {
      if (channel == null || rest == null || key == null) {
        return;
      }
      channel.write(rest);
      if (rest.hasRemaining()) {
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      } else {
        rest = null;
        key.interestOps(SelectionKey.OP_READ);
      }
    }

    void ready(SelectionKey k) throws IOException {
      if (k.isWritable()) {
        write();
      }
      if (!k.isReadable() || channel == null) {
        return;
      }
      in.clear();
      int n;
      try {
        n = channel.read(in);
      } catch (IOException e) {
        n = -1;
      }
      boolean asked = start != 0;
      if (n < 0) {
        shut();
        if (asked) {
          finish("the connection was closed before the end of the answer");
        }
        return;
      }
      in.flip();
      answer.take(in);
      if (!asked) {
        return;
      }
      if (first == 0 && flow.lane.stream() && answer.hasBegun()) {
        first = System.nanoTime();
      }
      if (answer.isDone()) {
        String wrong = answer.wrong(flow.lane);
        if (answer.closes()) {
          shut();
        }
        finish(wrong);
      }
    }

    private void finish(String wrong) {
      long now = System.nanoTime();
      if (wrong.isEmpty()) {
        flow.measured.add(now - start, first == 0 ? 0 : first - start);
      } else {
        flow.measured.error(wrong);
      }
      start = 0;
      flow.busy--;
      flow.idle.push(this);
    }
  }

  private void loop(double seconds) throws IOException {
    long begin = System.nanoTime();
    end = begin + (long) (seconds * 1e9);
    flows.forEach(f -> f.begin = begin);
    Thread pacer = null;
    if (flows.stream().anyMatch(f -> f.period > 0)) {
      pacer = Thread.ofPlatform().daemon().name("load-pacer").start(this::pace);
    }
    try {
      for (long now = begin;
          now < end || (now < end + GRACE && isBusy());
          now = System.nanoTime()) {
        long due = Long.MAX_VALUE;
        for (Flow f : flows) {
          f.send(now);
          due = Math.min(due, f.due());
        }
        if (due < end && due != wake) {
          wake = due;
          LockSupport.unpark(pacer);
        }
        selector.select(now < end ? Math.clamp((end - now) / 1_000_000, 1, 50) : 5);
        for (SelectionKey k : selector.selectedKeys()) {
          if (k.isValid()) {
            ((Connection) k.attachment()).ready(k);
          }
        }
        selector.selectedKeys().clear();
      }
    } finally {
      ended = true;
      LockSupport.unpark(pacer);
    }
    double lasted = (System.nanoTime() - begin) / 1e9;
    for (Flow f : flows) {
      // What a closed loop has under way at the end is not counted; an open loop's is late.
      f.measured.lasted(f.period == 0 ? lasted : seconds);
      for (int i = 0; f.period > 0 && i < f.busy + f.waiting.size(); i++) {
        f.measured.error("no answer");
      }
      if (f.period == 0 && f.measured.answers() == 0 && f.busy > 0) {
        f.measured.error("no answer at all");
      }
    }
  }

  /** Whether an answer is awaited that counts. */
  private boolean isBusy() {
    return flows.stream()
        .anyMatch(f -> (f.busy > 0 && (f.period > 0 || f.lane.stream())) || !f.waiting.isEmpty());
  }

  /** Wakes the loop when a request is due: a selector's own time limit is in milliseconds. */
  private void pace() {
    while (!ended) {
      long due = wake;
      long wait = due - System.nanoTime();
      if (due == Long.MAX_VALUE) {
        LockSupport.park(this);
      } else if (wait > 0) {
        LockSupport.parkNanos(this, wait);
      } else {
        selector.wakeup();
        // Until the loop names the next time.
        LockSupport.parkNanos(this, 1_000_000);
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey k : selector.keys()) {
      k.channel().close();
    }
    selector.close();
  }
}
