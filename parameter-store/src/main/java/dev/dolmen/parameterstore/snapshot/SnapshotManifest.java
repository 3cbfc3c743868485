package dev.dolmen.parameterstore.snapshot;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * What a snapshot consists of: the file {@code manifest} in its directory, written last. UTF-8
 * lines of fields between single spaces, all text URL-encoded:
 *
 * <pre>
 *   dolmen-snapshot FORMAT_VERSION
 *   id ID
 *   meta KEY VALUE                              one a key
 *   section NAME RAW_BYTES FILE_BYTES BLOCKS    one a section
 *   crc32c HEX                                  of all lines above
 * </pre>
 *
 * @param id name of the snapshot's directory
 * @param metadata whatever its maker wants to know when it is opened, in the order of the keys
 * @param sections in the order in which they were written
 */
public record SnapshotManifest(
    String id, Map<String, String> metadata, List<SnapshotSection> sections) {
  /** Version of the manifest's and the sections' format. */
  public static final int FORMAT_VERSION = 1;

  static final String FILE_NAME = "manifest";
  private static final String FIRST_WORD = "dolmen-snapshot ";
  private static final String LAST_WORD = "crc32c ";

  public SnapshotManifest {
    metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    sections = List.copyOf(sections);
  }

  /** Bytes of all sections' files. */
  public long fileBytes() {
    return sections.stream().mapToLong(SnapshotSection::fileBytes).sum();
  }

  /** Bytes of all sections before compression. */
  public long rawBytes() {
    return sections.stream().mapToLong(SnapshotSection::rawBytes).sum();
  }

  String format() {
    StringBuilder text = new StringBuilder(FIRST_WORD).append(FORMAT_VERSION).append('\n');
    text.append("id ").append(encode(id)).append('\n');
    metadata.forEach((key, value) ->
        text.append("meta ").append(encode(key)).append(' ').append(encode(value)).append('\n'));
    for (SnapshotSection section : sections) {
      text.append("section ").append(encode(section.name())).append(' ');
      text.append(section.rawBytes()).append(' ').append(section.fileBytes()).append(' ');
      text.append(section.blocks()).append('\n');
    }
    return text + LAST_WORD + checksum(text.toString()) + '\n';
  }

  /**
   * Reads the manifest of the snapshot in {@code directory}.
   *
   * @throws DamagedSnapshotException if there is none, or it is damaged or of another version
   */
  static SnapshotManifest read(Path directory) throws IOException {
    Path file = directory.resolve(FILE_NAME);
    String text;
    try {
      text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new DamagedSnapshotException(file, -1, "no such file");
    }
    checkVersion(file, text);
    int end = text.lastIndexOf(LAST_WORD);
    String body = end < 0 ? "" : text.substring(0, end);
    if (end < 0 || !text.substring(end).equals(LAST_WORD + checksum(body) + '\n')) {
      throw new DamagedSnapshotException(file, -1, "checksum is missing or wrong");
    }
    try {
      return parse(body);
    } catch (RuntimeException e) {
      throw new DamagedSnapshotException(file, -1, "cannot be read: " + e);
    }
  }

  /** Before the checksum: a newer version may put it elsewhere. */
  private static void checkVersion(Path file, String text) throws IOException {
    int lineEnd = text.indexOf('\n');
    if (!text.startsWith(FIRST_WORD) || lineEnd < 0) {
      throw new DamagedSnapshotException(file, -1, "does not start as a manifest does");
    }
    String version = text.substring(FIRST_WORD.length(), lineEnd);
    if (!version.equals(Integer.toString(FORMAT_VERSION))) {
      throw new DamagedSnapshotException(
          file, -1, "format version " + version + ", this build reads " + FORMAT_VERSION);
    }
  }

  private static SnapshotManifest parse(String body) {
    String id = "";
    Map<String, String> metadata = new TreeMap<>();
    List<SnapshotSection> sections = new ArrayList<>();
    for (String line : body.lines().skip(1).toList()) {
      String[] fields = line.split(" ", -1);
      switch (fields[0]) {
        case "id" -> id = decode(fields[1]);
        case "meta" -> metadata.put(decode(fields[1]), decode(fields[2]));
        case "section" ->
            sections.add(
                new SnapshotSection(
                    decode(fields[1]),
                    Long.parseLong(fields[2]),
                    Long.parseLong(fields[3]),
                    Long.parseLong(fields[4])));
        default -> throw new IllegalArgumentException("unknown line: " + line);
      }
    }
    return new SnapshotManifest(id, metadata, sections);
  }

  private static String checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(crc.getValue());
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
