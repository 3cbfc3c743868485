package dev.dolmen.parameterstore.archive;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * What a snapshot in a store consists of: the object {@code snapshots/ID}, put last. ASCII lines of
 * fields between single spaces:
 *
 * <pre>
 *   dolmen-archive FORMAT_VERSION
 *   id ID                                as the snapshot's own manifest has it
 *   piece SNAPSHOT/FILE BYTES SHA256     one a piece, the pieces of a file one after the other
 *   crc32c HEX                           of all lines above
 * </pre>
 *
 * <p>The files are those of the snapshot and of all that it builds on, as they stood in their
 * directories, the oldest snapshot first.
 *
 * @param id of the snapshot
 * @param pieces in order
 */
record ArchiveManifest(String id, List<Piece> pieces) {
  static final int FORMAT_VERSION = 1;

  private static final String FIRST_WORD = "dolmen-archive ";
  private static final String LAST_WORD = "crc32c ";
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,100}");
  private static final Pattern FILE = Pattern.compile("[A-Za-z0-9_%+-][A-Za-z0-9._%+-]{0,250}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * Some bytes of a file.
   *
   * @param snapshot whose directory the file is in
   * @param file its name there
   * @param bytes how many
   * @param sha256 of them, in hex: the name of the object, too
   */
  record Piece(String snapshot, String file, int bytes, String sha256) {}

  ArchiveManifest {
    pieces = List.copyOf(pieces);
    if (pieces.isEmpty()) {
      throw new IllegalArgumentException("snapshot " + id + " has no files");
    }
  }

  /** Pieces by snapshot, the oldest first, then by file, in order. */
  Map<String, Map<String, List<Piece>>> snapshots() {
    Map<String, Map<String, List<Piece>>> snapshots = new LinkedHashMap<>();
    for (Piece piece : pieces) {
      snapshots
          .computeIfAbsent(piece.snapshot, s -> new LinkedHashMap<>())
          .computeIfAbsent(piece.file, f -> new ArrayList<>())
          .add(piece);
    }
    return snapshots;
  }

  /** The snapshot that all in here build on. */
  String base() {
    return pieces.getFirst().snapshot;
  }

  long bytes() {
    return pieces.stream().mapToLong(Piece::bytes).sum();
  }

  byte[] format() {
    StringBuilder text = new StringBuilder(FIRST_WORD).append(FORMAT_VERSION).append('\n');
    text.append("id ").append(id).append('\n');
    for (Piece piece : pieces) {
      text.append("piece ").append(piece.snapshot).append('/').append(piece.file).append(' ');
      text.append(piece.bytes).append(' ').append(piece.sha256).append('\n');
    }
    String body = text.toString();
    return (body + LAST_WORD + checksum(body) + '\n').getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads what {@link #format} wrote.
   *
   * @param key of the object, for messages
   * @throws DamagedArchiveException if it is not that, or of another version
   */
  static ArchiveManifest parse(String key, byte[] bytes) throws DamagedArchiveException {
    String text = new String(bytes, StandardCharsets.US_ASCII);
    int end = text.lastIndexOf(LAST_WORD);
    String body = end < 0 ? "" : text.substring(0, end);
    if (!text.startsWith(FIRST_WORD)) {
      throw new DamagedArchiveException(key, "does not start as a manifest does");
    }
    if (end < 0 || !text.substring(end).equals(LAST_WORD + checksum(body) + '\n')) {
      throw new DamagedArchiveException(key, "checksum is missing or wrong");
    }
    List<String> lines = body.lines().toList();
    String version = lines.getFirst().substring(FIRST_WORD.length());
    if (!version.equals(Integer.toString(FORMAT_VERSION))) {
      throw new DamagedArchiveException(
          key, "format version " + version + ", this build reads " + FORMAT_VERSION);
    }
    try {
      String id = matching(ID, field(lines.get(1), "id", 2)[1]);
      List<Piece> pieces = new ArrayList<>();
      for (String line : lines.subList(2, lines.size())) {
        pieces.add(piece(field(line, "piece", 4)));
      }
      return new ArchiveManifest(id, pieces);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new DamagedArchiveException(key, "cannot be read: " + e.getMessage());
    }
  }

  private static Piece piece(String[] fields) {
    int slash = fields[1].indexOf('/');
    int bytes = Integer.parseInt(fields[2]);
    if (bytes < 0 || bytes > SnapshotArchive.PIECE_BYTES) {
      throw new IllegalArgumentException("a piece of " + bytes + " bytes");
    }
    return new Piece(
        matching(ID, fields[1].substring(0, slash)),
        matching(FILE, fields[1].substring(slash + 1)),
        bytes,
        matching(SHA256, fields[3]));
  }

  private static String[] field(String line, String word, int count) {
    String[] fields = line.split(" ", -1);
    if (fields.length != count || !fields[0].equals(word)) {
      throw new IllegalArgumentException("the line \"" + line + "\" is none of " + word);
    }
    return fields;
  }

  /** A name becomes a path: it must lead nowhere else. */
  private static String matching(Pattern pattern, String text) {
    if (!pattern.matcher(text).matches()) {
      throw new IllegalArgumentException("\"" + text + "\" is no name that is written here");
    }
    return text;
  }

  private static String checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.US_ASCII));
    return Long.toHexString(crc.getValue());
  }
}
