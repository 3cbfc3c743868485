package dev.dolmen.parameterstore.snapshot;

/**
 * One section of a snapshot, as its manifest describes it.
 *
 * @param name the section's name
 * @param rawBytes bytes before compression
 * @param fileBytes bytes of its file
 * @param blocks blocks in its file
 */
public record SnapshotSection(String name, long rawBytes, long fileBytes, long blocks) {
  /** Name of its file in the snapshot's directory: '/' does not occur in file names. */
  String fileName() {
    return name.replace("_", "__").replace("/", "_-") + ".zst";
  }
}
