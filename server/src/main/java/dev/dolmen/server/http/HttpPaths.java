package dev.dolmen.server.http;

import dev.dolmen.parameterstore.feature.ShownText;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Paths and queries of requests, read in one way only: what two readers could understand
 * differently, a proxy before this one say, is refused. Stateless.
 */
final class HttpPaths {
  private static final int SEGMENTS_MAX = 16;

  private HttpPaths() {}

  /**
   * The segments between slashes as they were sent, not decoded yet.
   *
   * @throws JsonProblem if it is no plain path
   */
  static List<String> segments(String path) throws JsonProblem {
    if (!path.startsWith("/")) {
      throw bad(path, "expected a path that begins with a slash");
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c <= ' ' || c > '~' || c == '\\' || c == '#') {
        throw bad(path, "has a character at " + i + " that has to be encoded");
      }
    }
    List<String> segments = List.of(path.substring(1).split("/", SEGMENTS_MAX + 1));
    if (segments.size() > SEGMENTS_MAX) {
      throw bad(path, "has more than " + SEGMENTS_MAX + " segments");
    }
    for (String segment : segments) {
      String plain = decoded(segment);
      if (plain.equals(".") || plain.equals("..")) {
        throw bad(path, "has a segment . or .., which names no place");
      }
    }
    if (segments.subList(0, segments.size() - 1).contains("")) {
      throw bad(path, "has an empty segment");
    }
    return segments;
  }

  /**
   * What a segment, a name or a value stands for.
   *
   * @throws JsonProblem if that is no text: a broken escape, no UTF-8, or a control character
   */
  static String decoded(String encoded) throws JsonProblem {
    if (encoded.indexOf('%') < 0) {
      return encoded;
    }
    ByteBuffer bytes = ByteBuffer.allocate(encoded.length());
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c == '%') {
        int high = digit(encoded, i + 1);
        int low = digit(encoded, i + 2);
        if (high < 0 || low < 0) {
          throw bad(encoded, "has a % at " + i + " without two hexadecimal digits behind it");
        }
        bytes.put((byte) (high << 4 | low));
        i += 2;
      } else {
        bytes.put((byte) c);
      }
    }
    return text(encoded, bytes.flip());
  }

  private static int digit(String text, int at) {
    return at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
  }

  private static String text(String encoded, ByteBuffer bytes) throws JsonProblem {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(bytes)
              .toString();
      if (text.chars().anyMatch(Character::isISOControl)) {
        throw bad(encoded, "has a control character");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw bad(encoded, "is no UTF-8");
    }
  }

  /** A name and its value. */
  record Parameter(String name, String value) {}

  /**
   * The parameters of a query, in their order.
   *
   * @param query without the question mark
   * @throws JsonProblem if one is not encoded as it should be
   */
  static List<Parameter> query(String query) throws JsonProblem {
    List<Parameter> parameters = new ArrayList<>();
    for (String part : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = part.indexOf('=');
      String name = equals < 0 ? part : part.substring(0, equals);
      String value = equals < 0 ? "" : part.substring(equals + 1);
      parameters.add(new Parameter(plus(name), plus(value)));
    }
    return parameters;
  }

  /** Forms send blanks as plus signs. */
  private static String plus(String encoded) throws JsonProblem {
    return decoded(encoded.replace('+', ' '));
  }

  private static JsonProblem bad(String given, String problem) {
    return new JsonProblem("path", '"' + ShownText.of(given) + "\" " + problem);
  }
}
