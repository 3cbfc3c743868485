package dev.dolmen.trainer.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The bytes of a closed segment, found and damaged without the code that is tested: a document is a
 * header of four bytes, its payload, and padding to four bytes.
 */
public final class SegmentBytes {
  private static final int END_OF_FILE = 0xC0000000;
  private static final int NOT_DATA = 0xC0000000;
  private static final int LENGTH = 0x3FFFFFFF;

  private SegmentBytes() {}

  /** The segments of a log's or journal's directory, the oldest first. */
  public static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.toString().endsWith(".cq4")).sorted().toList();
    }
  }

  public static Path last(Path directory) throws IOException {
    return files(directory).getLast();
  }

  /** Positions of the records' headers, and behind them that of what ends the file. */
  public static List<Long> positions(Path file) throws IOException {
    List<Long> positions = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file)) {
      long at = 0;
      for (int header = intAt(channel, at);
          header != 0 && header != END_OF_FILE;
          header = intAt(channel, at)) {
        if ((header & NOT_DATA) == 0) {
          positions.add(at);
        }
        at += 4 + (((header & LENGTH) + 3) & ~3);
      }
      positions.add(at);
    }
    return positions;
  }

  private static int intAt(FileChannel channel, long at) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    return channel.read(bytes, at) < 4 ? 0 : bytes.getInt(0);
  }

  /** Ends a segment as a process does that dies before it has made the next one. */
  public static void end(Path file) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    write(file, positions(file).getLast(), header.putInt(END_OF_FILE).array());
  }

  /** Writes bytes over those at a position. */
  public static void write(Path file, long at, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), at);
    }
  }
}
