package dev.dolmen.server.api;

import dev.dolmen.parameterstore.feature.ShownText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

/** Checks of single fields. Each throws {@link InvalidRequestException}. */
final class Fields {
  static final int ITEM_ID_BYTES_MAX = 512;
  static final int EVENT_ID_BYTES_MAX = 128;
  static final int LIST_MAX = 10_000;

  private Fields() {}

  /** Text of 1 to so many bytes. */
  static void text(String field, String value, int bytesMax) {
    if (value.isEmpty()) {
      throw invalid(field, "is empty, expected 1 to " + bytesMax + " bytes");
    }
    optionalText(field, value, bytesMax);
  }

  /** Text of at most so many bytes. */
  static void optionalText(String field, String value, int bytesMax) {
    // A char is at most 3 bytes, so that short text needs no encoding.
    if (value.length() * 3L > bytesMax) {
      int bytes = value.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > bytesMax) {
        throw invalid(
            field,
            Errors.describe(value) + " has " + bytes + " bytes, expected at most " + bytesMax);
      }
    }
  }

  /** A list of item ids. */
  static void itemIds(String field, List<String> ids, int min) {
    if (ids.size() < min || ids.size() > LIST_MAX) {
      throw invalid(field, ids.size() + " ids, expected " + min + " to " + LIST_MAX);
    }
    for (int i = 0; i < ids.size(); i++) {
      String id = ids.get(i);
      if (id.isEmpty() || id.length() * 3 > ITEM_ID_BYTES_MAX) {
        text(field + '[' + i + ']', id, ITEM_ID_BYTES_MAX);
      }
    }
  }

  /** An id as an answer gives it back: whole where it is one, else as messages show it. */
  static String given(String id, int bytesMax) {
    return id.length() <= bytesMax && id.getBytes(StandardCharsets.UTF_8).length <= bytesMax
        ? id
        : ShownText.of(id);
  }

  static InvalidRequestException invalid(String field, String problem) {
    return new InvalidRequestException(field, problem);
  }

  /** What a check returns whose field paths are relative to {@code parent}. */
  static <T> T in(String parent, Supplier<T> check) {
    try {
      return check.get();
    } catch (InvalidRequestException e) {
      throw e.in(parent);
    }
  }
}
