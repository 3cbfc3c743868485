package dev.dolmen.parameterstore.snapshot;

/**
 * One section of a snapshot, as its manifest describes it.
 *
 * @param name the section's name
 * @param rawBytes bytes before compression
 * @param fileBytes bytes of its file
 * @param blocks blocks in its file
 * @param checksum CRC32C of the blocks' checksums, or {@link #UNKNOWN} in a manifest of version 1
 */
public record SnapshotSection(
    String name, long rawBytes, long fileBytes, long blocks, long checksum) {
  /** Version 1 did not write it. */
  static final long UNKNOWN = -1;

  /** Name of its file in the snapshot's directory. */
  String fileName() {
    return fileName(name);
  }

  /** '/' does not occur in file names. */
  static String fileName(String name) {
    return name.replace("_", "__").replace("/", "_-") + ".zst";
  }
}
