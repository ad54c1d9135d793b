package dev.gatun.gateway.web;

import dev.gatun.gateway.http.Exchange;
import dev.gatun.gateway.http.Problem;
import dev.gatun.gateway.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * The pages and what they are made of, from this module's resources. They hold no data: what they
 * show they ask the API for, with the key of who looks. They load nothing from elsewhere and run
 * only their own scripts, which the browser sees to.
 */
public final class Pages {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Map<String, String> ASSETS =
      Map.of(
          "common.js", "text/javascript; charset=utf-8",
          "dashboard.js", "text/javascript; charset=utf-8",
          "docs.js", "text/javascript; charset=utf-8",
          "icon.svg", "image/svg+xml",
          "style.css", "text/css; charset=utf-8");

  private Pages() {}

  /** {@code /}, {@code /docs} and {@code /assets/{file}}. */
  public static List<Route> routes() {
    return List.of(
        Route.open("GET", "/", (x, _) -> send(x, "dashboard.html", "text/html; charset=utf-8")),
        Route.open("GET", "/docs", (x, _) -> send(x, "docs.html", "text/html; charset=utf-8")),
        Route.open("GET", "/assets/{file}", (x, _) -> asset(x)));
  }

  private static void asset(Exchange exchange) {
    String file = exchange.pathParameter("file");
    String type = ASSETS.get(file);
    if (type == null) {
      throw Problem.of(404, "not-found", "There is no such file");
    }
    send(exchange, file, type);
  }

  private static void send(Exchange exchange, String file, String type) {
    exchange.setHeader("Content-Security-Policy", POLICY);
    exchange.setHeader("Cache-Control", "no-cache");
    exchange.send(200, type, resource(file));
  }

  static byte[] resource(String file) {
    try (InputStream in = Pages.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("The resource " + file + " is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
