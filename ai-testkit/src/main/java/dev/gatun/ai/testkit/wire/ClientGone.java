package dev.gatun.ai.testkit.wire;

import java.io.IOException;

/** The client has closed the connection before its reply was whole. */
public final class ClientGone extends IOException {
  private static final long serialVersionUID = 1;

  ClientGone() {
    super("the client is gone");
  }
}
