package dev.dolmen.server.reload;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Headers that are sent along, mostly a key of whoever is called: lines {@code name: value}. A line
 * that begins with # is a comment. What is wrong is told by the number of its line, as the line
 * itself may be a secret.
 */
public final class HeadersFile {
  private static final int MAX_HEADERS = 32;
  private static final Pattern LINE =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*([\\x21-\\x7e][\\x20-\\x7e]*)");
  private static final String EXPECTED = "lines \"name: value\"";

  /** Set by whoever sends, or by HTTP itself. */
  private static final List<String> OTHERS =
      List.of(
          "content-type",
          "content-length",
          "content-encoding",
          "transfer-encoding",
          "host",
          "connection",
          "expect",
          "upgrade");

  private HeadersFile() {}

  /**
   * Reads it.
   *
   * @return values by names in lower case
   * @throws UnusableFileException if it is none, or has no header or too many
   */
  public static Map<String, String> read(NamedFile file) throws UnusableFileException {
    Map<String, String> headers = new LinkedHashMap<>();
    int number = 0;
    for (String line : file.read(EXPECTED).lines().map(String::strip).toList()) {
      number++;
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Matcher header = LINE.matcher(line);
      if (!header.matches()) {
        throw file.unusable("line " + number + " is not as expected, \"name: value\" in ASCII");
      }
      String name = header.group(1).toLowerCase(Locale.ROOT);
      if (OTHERS.contains(name)) {
        throw file.unusable("line " + number + ": " + name + " cannot be set");
      }
      if (headers.put(name, header.group(2)) != null) {
        throw file.unusable("line " + number + ": " + name + " comes twice");
      }
    }
    if (headers.isEmpty() || headers.size() > MAX_HEADERS) {
      throw file.unusable(
          headers.size() + " headers, expected 1 to " + MAX_HEADERS + " " + EXPECTED);
    }
    return Map.copyOf(headers);
  }
}
