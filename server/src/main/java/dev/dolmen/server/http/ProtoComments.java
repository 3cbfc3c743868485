package dev.dolmen.server.http;

import com.google.protobuf.Descriptors.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the definitions say of services, methods, messages, fields and values: the comments before
 * them. They are not among what descriptors know at run time, so they are read from the files
 * themselves, which lie next to the generated classes. Of one form of them only: what is declared
 * begins a line, and its comment stands directly above. One thread.
 */
final class ProtoComments {
  private static final Pattern BLOCK = Pattern.compile("(?:message|enum|service) +(\\w+) *\\{.*");
  private static final Pattern METHOD = Pattern.compile("rpc +(\\w+) *\\(.*");
  private static final Pattern FIELD =
      Pattern.compile("(?:(?:repeated|optional) +)?(?:map<[^>]+>|[\\w.]+) +(\\w+) *= *\\d+.*;.*");
  private static final Pattern VALUE = Pattern.compile("(\\w+) *= *\\d+ *;.*");

  /** Of a block that gives what is in it no name: a oneof, or an option's value. */
  private static final String NAMELESS = "";

  private final Map<String, String> comments = new HashMap<>();
  private final Set<String> files = new HashSet<>();

  /**
   * Reads a file and those it imports, as far as they are to be had.
   *
   * @param types where to look for them
   */
  void add(FileDescriptor file, Class<?> types) {
    if (!files.add(file.getFullName())) {
      return;
    }
    try (InputStream text = types.getResourceAsStream("/" + file.getFullName())) {
      if (text != null) {
        read(file.getPackage(), new String(text.readAllBytes(), StandardCharsets.UTF_8).lines());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Of a jar that is open.
    }
    file.getDependencies().forEach(other -> add(other, types));
  }

  private void read(String packageName, Stream<String> lines) {
    Deque<String> blocks = new ArrayDeque<>();
    StringBuilder comment = new StringBuilder();
    for (String line : (Iterable<String>) lines::iterator) {
      String text = line.strip();
      if (text.startsWith("//")) {
        comment.append(text.startsWith("// ") ? text.substring(3) : text.substring(2)).append('\n');
        continue;
      }
      String name = declared(text);
      if (!name.isEmpty() && !comment.isEmpty()) {
        comments.put(fullName(packageName, blocks, name), comment.toString().strip());
      }
      comment.setLength(0);
      String inner = BLOCK.matcher(text).matches() ? name : NAMELESS;
      for (int i = 0; i < text.length(); i++) {
        if (text.charAt(i) == '{') {
          blocks.push(inner);
        } else if (text.charAt(i) == '}') {
          blocks.pop();
        }
      }
    }
  }

  /** The name that a line declares; empty if it declares none. */
  private static String declared(String line) {
    for (Pattern kind : List.of(BLOCK, METHOD, FIELD, VALUE)) {
      Matcher matcher = kind.matcher(line);
      if (matcher.matches()) {
        return matcher.group(1);
      }
    }
    return "";
  }

  private static String fullName(String packageName, Deque<String> blocks, String name) {
    StringBuilder full = new StringBuilder(packageName);
    for (Iterator<String> from = blocks.descendingIterator(); from.hasNext(); ) {
      String block = from.next();
      if (!block.equals(NAMELESS)) {
        full.append('.').append(block);
      }
    }
    return full.append('.').append(name).toString();
  }

  /** The comment of what has this full name; empty without one. */
  String of(String fullName) {
    return comments.getOrDefault(fullName, "");
  }
}
