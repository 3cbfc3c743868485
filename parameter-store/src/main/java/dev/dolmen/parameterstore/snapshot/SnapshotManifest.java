package dev.dolmen.parameterstore.snapshot;

import dev.dolmen.parameterstore.file.PrivateFiles;
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
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot consists of: the file {@code manifest} in its directory, written last. UTF-8
 * lines of fields between single spaces, all text URL-encoded:
 *
 * <pre>
 *   dolmen-snapshot FORMAT_VERSION
 *   id ID
 *   identity HEX                                      from version 2 on, as the next
 *   parent ID IDENTITY                                if it holds changes of another
 *   meta KEY VALUE                                    one a key
 *   section NAME RAW_BYTES FILE_BYTES BLOCKS CRC32C   one a section; no checksum in version 1
 *   crc32c HEX                                        of all lines above
 * </pre>
 *
 * <p>The identity is the CRC32C of the lines of meta and sections as they were first written: it
 * tells a snapshot from another that was made later under its id. Merging a snapshot with its
 * parents rewrites the manifest and keeps the identity, as the state is the same.
 *
 * @param version format version
 * @param id name of the snapshot's directory
 * @param identity what a child names beside the id
 * @param parent the snapshot whose changes it holds, or null
 * @param metadata whatever its maker wants to know when it is opened, in the order of the keys
 * @param sections in the order in which they were written
 */
public record SnapshotManifest(
    int version,
    String id,
    String identity,
    @Nullable Parent parent,
    Map<String, String> metadata,
    List<SnapshotSection> sections) {
  /** Version of the manifest's and the sections' format; older ones are read too. */
  public static final int FORMAT_VERSION = 2;

  /** The snapshot that another builds on. */
  public record Parent(String id, String identity) {}

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

  /** A new snapshot's, in the newest format. */
  static SnapshotManifest born(
      String id,
      @Nullable Parent parent,
      Map<String, String> metadata,
      List<SnapshotSection> sections) {
    SnapshotManifest unnamed =
        new SnapshotManifest(FORMAT_VERSION, id, "", parent, metadata, sections);
    return unnamed.with(checksum(unnamed.content()), parent, sections);
  }

  /** The same state, held in other files. */
  SnapshotManifest merged(List<SnapshotSection> mergedSections) {
    return with(identity, null, mergedSections);
  }

  private SnapshotManifest with(
      String newIdentity, @Nullable Parent newParent, List<SnapshotSection> newSections) {
    return new SnapshotManifest(FORMAT_VERSION, id, newIdentity, newParent, metadata, newSections);
  }

  /** The text of a manifest of the newest version. */
  String format() {
    StringBuilder text = new StringBuilder(FIRST_WORD).append(FORMAT_VERSION).append('\n');
    text.append("id ").append(encode(id)).append('\n');
    text.append("identity ").append(identity).append('\n');
    if (parent != null) {
      text.append("parent ").append(encode(parent.id)).append(' ');
      text.append(parent.identity).append('\n');
    }
    text.append(content());
    return text + LAST_WORD + checksum(text.toString()) + '\n';
  }

  private String content() {
    StringBuilder text = new StringBuilder();
    metadata.forEach((key, value) ->
        text.append("meta ").append(encode(key)).append(' ').append(encode(value)).append('\n'));
    for (SnapshotSection section : sections) {
      text.append("section ").append(encode(section.name())).append(' ');
      text.append(section.rawBytes()).append(' ').append(section.fileBytes()).append(' ');
      text.append(section.blocks()).append(' ');
      text.append(Long.toHexString(section.checksum())).append('\n');
    }
    return text.toString();
  }

  /** Writes it to a new file, durably. */
  void write(Path file) throws IOException {
    PrivateFiles.writeNew(file, format());
  }

  /**
   * Reads the manifest of the snapshot in {@code directory}.
   *
   * @throws DamagedSnapshotException if there is none, it cannot be read, is damaged or of another
   *     version
   */
  static SnapshotManifest read(Path directory) throws IOException {
    Path file = directory.resolve(FILE_NAME);
    String text;
    try {
      text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new DamagedSnapshotException(file, -1, "no such file");
    } catch (IOException e) {
      throw new DamagedSnapshotException(file, -1, "cannot be read: " + e);
    }
    int version = version(file, text);
    int end = text.lastIndexOf(LAST_WORD);
    String body = end < 0 ? "" : text.substring(0, end);
    if (end < 0 || !text.substring(end).equals(LAST_WORD + checksum(body) + '\n')) {
      throw new DamagedSnapshotException(file, -1, "checksum is missing or wrong");
    }
    try {
      return version == 1 ? parseFirst(body) : parse(body, version);
    } catch (RuntimeException e) {
      throw new DamagedSnapshotException(file, -1, "cannot be read: " + e);
    }
  }

  /** Before the checksum: a newer version may put it elsewhere. */
  private static int version(Path file, String text) throws IOException {
    int lineEnd = text.indexOf('\n');
    if (!text.startsWith(FIRST_WORD) || lineEnd < 0) {
      throw new DamagedSnapshotException(file, -1, "does not start as a manifest does");
    }
    String version = text.substring(FIRST_WORD.length(), lineEnd);
    for (int known = 1; known <= FORMAT_VERSION; known++) {
      if (version.equals(Integer.toString(known))) {
        return known;
      }
    }
    throw new DamagedSnapshotException(
        file, -1, "format version " + version + ", this build reads 1 to " + FORMAT_VERSION);
  }

  /** Version 1 has neither identity nor parents; its own text identifies it. */
  private static SnapshotManifest parseFirst(String body) {
    SnapshotManifest read = parse(body, 1);
    return new SnapshotManifest(1, read.id, checksum(body), null, read.metadata, read.sections);
  }

  private static SnapshotManifest parse(String body, int version) {
    String id = "";
    String identity = "";
    Parent parent = null;
    Map<String, String> metadata = new TreeMap<>();
    List<SnapshotSection> sections = new ArrayList<>();
    for (String line : body.lines().skip(1).toList()) {
      String[] fields = line.split(" ", -1);
      switch (fields[0]) {
        case "id" -> id = decode(fields[1]);
        case "identity" -> identity = fields[1];
        case "parent" -> parent = new Parent(decode(fields[1]), fields[2]);
        case "meta" -> metadata.put(decode(fields[1]), decode(fields[2]));
        case "section" -> sections.add(section(fields, version));
        default -> throw new IllegalArgumentException("unknown line: " + line);
      }
    }
    return new SnapshotManifest(version, id, identity, parent, metadata, sections);
  }

  private static SnapshotSection section(String[] fields, int version) {
    return new SnapshotSection(
        decode(fields[1]),
        Long.parseLong(fields[2]),
        Long.parseLong(fields[3]),
        Long.parseLong(fields[4]),
        version == 1 ? SnapshotSection.UNKNOWN : Long.parseLong(fields[5], 16));
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
