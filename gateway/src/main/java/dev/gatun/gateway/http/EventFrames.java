package dev.gatun.gateway.http;

/** Server-sent events as text. */
public final class EventFrames {
  private EventFrames() {}

  /** An event without a name. */
  public static String data(String data) {
    return "data: " + data + "\n\n";
  }

  /** An event with a name. */
  public static String event(String name, String data) {
    return "event: " + name + "\ndata: " + data + "\n\n";
  }

  /** An event with an id and a name. */
  public static String event(String id, String name, String data) {
    return "id: " + id + "\nevent: " + name + "\ndata: " + data + "\n\n";
  }
}
