package dev.dolmen.trainer.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes over the versions of records of a log that nobody uses. */
public final class RecordVersions {
  private RecordVersions() {}

  /** Makes the last record of the last file one of another version, as far as its envelope says. */
  public static void setLast(Path directory, int version) throws IOException {
    SegmentFiles files = new SegmentFiles(directory);
    Path file = files.file(files.last());
    long at;
    try (SegmentScan scan = new SegmentScan(file)) {
      at = scan.lastKnown();
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {(byte) version}), at + SegmentScan.HEADER_BYTES);
    }
  }
}
