package dev.dolmen.server.console;

import dev.dolmen.server.http.ServedFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The console's files, as they lie next to this class. */
public final class ConsoleFiles {
  /** Where the pages are. */
  public static final String PATH = "console";

  /** Pages with a place of their own: the description of the HTTP API. */
  private static final Map<String, String> PAGES = Map.of("docs", "docs.html");

  /**
   * What a browser may do with a page: nothing but ask this server, with scripts of this server.
   */
  private static final Map<String, String> HEADERS = headers();

  private ConsoleFiles() {}

  private static Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types 'none'");
    headers.put("referrer-policy", "no-referrer");
    headers.put("x-frame-options", "DENY");
    headers.put("cross-origin-opener-policy", "same-origin");
    headers.put("cross-origin-resource-policy", "same-origin");
    headers.put(
        "permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    return Map.copyOf(headers);
  }

  /** The files' names, relative to the folder that they are in. */
  static List<String> names() {
    return new String(bytes("files.txt"), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  /** Reads them all: some hundred kilobytes. */
  public static ServedFiles read() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    names().forEach(name -> files.put(name, bytes(name)));
    return ServedFiles.of(PATH, files, PAGES, HEADERS);
  }

  private static byte[] bytes(String name) {
    try (InputStream in = ConsoleFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the console's file " + name + " is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("the console's file " + name, e);
    }
  }
}
