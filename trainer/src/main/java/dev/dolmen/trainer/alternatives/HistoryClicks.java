package dev.dolmen.trainer.alternatives;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * The last clicks of history that was learned without a log, as baselines are taught them: by a
 * session's number, an item and a time. Training leaves them next to its snapshot, which remembers
 * no more of the sessions than a model asks for.
 *
 * <p>The file is {@value #MAGIC} as an int, the version, the ids of the items and the clicks, each
 * with their number before them, and the CRC-32C of all that as a long. An id is as {@link
 * DataOutputStream#writeUTF} has it; a click is the session (8 bytes), the number of its id (4) and
 * seconds since 1970 (8).
 *
 * <p>One thread.
 */
public final class HistoryClicks {
  /** Name of the file in a data directory. */
  public static final String FILE = "history.clicks";

  private static final int MAGIC = 0x444f4c43;
  private static final int VERSION = 1;
  private static final int CLICK_BYTES = 20;

  /** The least; the length alone. */
  private static final int ID_BYTES = 2;

  private final int most;

  /** A ring once it is full; then {@link #next} is the oldest. */
  private long[] sessions = new long[0];

  private int[] items = new int[0];
  private long[] timesSec = new long[0];
  private int size;
  private int next;

  /** Takes clicks one by one. */
  @FunctionalInterface
  public interface Reader {
    /**
     * The next click.
     *
     * @param session its number, see {@link OnlineRankers#session}
     */
    void click(long session, String itemId, long timeSec);
  }

  /**
   * None yet.
   *
   * @param most clicks that are kept, the last ones
   */
  public HistoryClicks(int most) {
    this.most = most;
  }

  /** Takes the next click; {@code item} is a number that {@link #write} is told the id of. */
  public void add(String sessionId, int item, long timeMs) {
    add(OnlineRankers.session(sessionId), item, Math.floorDiv(timeMs, 1_000));
  }

  private void add(long session, int item, long timeSec) {
    if (most == 0) {
      return;
    }
    if (next == sessions.length) {
      int length = (int) Math.min(most, Math.max(1_024L, size + (size >> 1)));
      sessions = Arrays.copyOf(sessions, length);
      items = Arrays.copyOf(items, length);
      timesSec = Arrays.copyOf(timesSec, length);
    }
    sessions[next] = session;
    items[next] = item;
    timesSec[next++] = timeSec;
    size = Math.max(size, next);
    next = next == most ? 0 : next;
  }

  /** Place of a click, the oldest first. */
  private int place(int i) {
    return size < most ? i : (int) (((long) next + i) % size);
  }

  /** Forgets all. */
  public void clear() {
    size = 0;
    next = 0;
  }

  /**
   * Writes them into a data directory, durably.
   *
   * @param ids of the items
   * @throws IOException if it cannot be written, or is there already
   */
  public void write(Path directory, IntFunction<String> ids) throws IOException {
    try (FileChannel file =
        PrivateFiles.open(
            directory.resolve(FILE), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      CRC32C sum = new CRC32C();
      OutputStream bytes = new BufferedOutputStream(Channels.newOutputStream(file), 1 << 16);
      DataOutputStream out = new DataOutputStream(new CheckedOutputStream(bytes, sum));
      out.writeInt(MAGIC);
      out.writeInt(VERSION);
      int[] named = Arrays.stream(items, 0, size).sorted().distinct().toArray();
      out.writeInt(named.length);
      for (int item : named) {
        out.writeUTF(ids.apply(item));
      }
      out.writeInt(size);
      for (int i = 0; i < size; i++) {
        int at = place(i);
        out.writeLong(sessions[at]);
        out.writeInt(Arrays.binarySearch(named, items[at]));
        out.writeLong(timesSec[at]);
      }
      out.writeLong(sum.getValue());
      out.flush();
      file.force(true);
    }
  }

  /**
   * Reads what a training left in a data directory, if it left anything.
   *
   * @param last clicks at most, the last ones
   * @param reader told of none unless all of the file is as it was written
   * @throws IOException if it cannot be read, is damaged, or of another version
   */
  public static void read(Path directory, int last, Reader reader) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return;
    }
    CRC32C sum = new CRC32C();
    try (DataInputStream in =
        new DataInputStream(
            new CheckedInputStream(
                new BufferedInputStream(Files.newInputStream(file), 1 << 16), sum))) {
      int magic = in.readInt();
      int version = in.readInt();
      if (magic != MAGIC || version != VERSION) {
        throw new IOException(
            String.format(
                "%s: begins with %08x, version %d; expected %08x, version %d",
                file, magic, version, MAGIC, VERSION));
      }
      String[] ids = new String[count(file, in.readInt(), ID_BYTES)];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = in.readUTF();
      }
      HistoryClicks clicks = new HistoryClicks(last);
      int count = count(file, in.readInt(), CLICK_BYTES);
      for (int i = 0; i < count; i++) {
        clicks.add(in.readLong(), in.readInt(), in.readLong());
      }
      long is = sum.getValue();
      if (in.readLong() != is) {
        throw new IOException(file + ": its checksum does not fit its bytes; it is damaged");
      }
      for (int i = 0; i < clicks.size; i++) {
        int at = clicks.place(i);
        reader.click(clicks.sessions[at], ids[clicks.items[at]], clicks.timesSec[at]);
      }
    }
  }

  /**
   * Gives another data directory, that of a snapshot, what a training left in this one.
   *
   * @throws IOException if it cannot be written, or is there already
   */
  public static void copy(Path from, Path to) throws IOException {
    if (Files.exists(from.resolve(FILE))) {
      Files.copy(from.resolve(FILE), to.resolve(FILE));
      PrivateFiles.closeFiles(to);
    }
  }

  /** No more than the file has room for, so that a flipped bit does not ask for memory. */
  private static int count(Path file, int count, int bytes) throws IOException {
    long room = Files.size(file) / bytes;
    if (count < 0 || count > room) {
      throw new IOException(file + ": " + count + " entries, expected 0 to " + room);
    }
    return count;
  }
}
