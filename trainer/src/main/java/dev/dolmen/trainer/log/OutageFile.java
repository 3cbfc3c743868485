package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Records that wait in a file, one behind the other: length, CRC32C of the payload, payload;
 * numbers of four bytes, big-endian. Each is on the device before anybody is told. What a dying
 * process left half-written at the end was acknowledged to nobody, and is cut off. Guarded by its
 * owner.
 */
final class OutageFile implements Closeable {
  static final int HEADER_BYTES = 8;
  private static final String NAME = "events";

  private final FileChannel channel;
  private long end;

  private OutageFile(FileChannel channel) {
    this.channel = channel;
  }

  /** Whether a directory has one. */
  static boolean isIn(Path directory) {
    return java.nio.file.Files.exists(directory.resolve(NAME));
  }

  /** Opens it, or makes it. */
  static OutageFile open(Path directory) throws IOException {
    PrivateFiles.createDirectories(directory);
    Path file = directory.resolve(NAME);
    if (!isIn(directory)) {
      PrivateFiles.writeNew(file, "");
    }
    OutageFile opened =
        new OutageFile(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
    for (Place place : opened.places()) {
      opened.end = place.position + HEADER_BYTES + place.length;
    }
    return opened;
  }

  /** Where a record stands. */
  record Place(long position, int length) {}

  /** All that are whole, in order. */
  List<Place> places() throws IOException {
    List<Place> places = new ArrayList<>();
    long at = 0;
    while (at + HEADER_BYTES <= channel.size()) {
      ByteBuffer header = bytes(at, HEADER_BYTES);
      Place place = new Place(at, header.getInt());
      long next = at + HEADER_BYTES + place.length;
      if (place.length <= 0 || next > channel.size()) {
        return places;
      }
      if (checksum(read(place)) != header.getInt()) {
        return places;
      }
      places.add(place);
      at = next;
    }
    return places;
  }

  /** Appends a record; it is on the device then. */
  Place append(byte[] record) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + record.length);
    bytes.putInt(record.length).putInt(checksum(record)).put(record).flip();
    Place place = new Place(end, record.length);
    long at = end;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
    channel.force(false);
    end = at;
    return place;
  }

  byte[] read(Place place) throws IOException {
    byte[] record = new byte[place.length];
    bytes(place.position + HEADER_BYTES, place.length).get(record);
    return record;
  }

  private ByteBuffer bytes(long position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new EOFException("the file of events that wait ends at byte " + channel.size());
      }
    }
    return bytes.flip();
  }

  private static int checksum(byte[] record) {
    CRC32C crc = new CRC32C();
    crc.update(record, 0, record.length);
    return (int) crc.getValue();
  }

  long bytes() {
    return end;
  }

  /** Nothing of it is needed any more. */
  void clear() throws IOException {
    channel.truncate(0);
    channel.force(true);
    end = 0;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
