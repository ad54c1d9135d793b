package dev.gatun.gateway.chat;

import java.net.URI;
import java.net.URISyntaxException;

/** Addresses of images: the provider fetches them, the gateway never does. */
final class ImageUrl {
  private ImageUrl() {}

  /** The https address in a member. */
  static URI https(Fields fields, String name) {
    try {
      URI uri = new URI(fields.text(name));
      if ("https".equals(uri.getScheme()) && uri.getHost() != null) {
        return uri;
      }
    } catch (URISyntaxException _) {
      // Said below.
    }
    throw fields.wrong(name, "an https URL");
  }
}
