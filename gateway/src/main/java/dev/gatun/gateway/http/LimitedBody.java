package dev.gatun.gateway.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.Supplier;

/** The body of a request, which may not be longer than a limit. */
final class LimitedBody extends FilterInputStream {
  private final Supplier<Problem> tooLong;
  private final DisconnectWatch.Watch watch;
  private final Duration idle;
  private long left;

  LimitedBody(
      InputStream in,
      long most,
      Supplier<Problem> tooLong,
      DisconnectWatch.Watch watch,
      Duration idle) {
    super(in);
    this.left = most;
    this.tooLong = tooLong;
    this.watch = watch;
    this.idle = idle;
  }

  @Override
  public long skip(long n) {
    byte[] passed = new byte[(int) Math.min(Math.max(n, 0), 8192)];
    return Math.max(0, read(passed, 0, passed.length));
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int from, int length) {
    int n;
    watch.expectBody(idle);
    try {
      n = in.read(into, from, length);
    } catch (IOException | UncheckedIOException e) {
      throw Problem.of(408, "body-timeout", "The body of the request did not arrive in time");
    } finally {
      watch.bodyArrived();
    }
    left -= Math.max(0, n);
    if (left < 0) {
      throw tooLong.get();
    }
    return n;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
