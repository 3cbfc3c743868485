package dev.dolmen.server.cli;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.dolmen.parameterstore.store.RowCursor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows in a format that other programs read. */
final class RowExport {
  /** CSV (RFC 4180), a JSON object a line, NumPy's arrays (format 1.0). */
  enum Format {
    CSV,
    JSONL,
    NPY
  }

  /** NumPy wants its header to end at a multiple of this. */
  private static final int NPY_ALIGNMENT = 64;

  private static final int NPY_MAGIC_BYTES = 10;

  private final Format format;
  private final OutputStream out;
  private final OutputStream fids;
  private final Map<Long, String> values;

  /**
   * @param fids where {@link Format#NPY} puts the fids
   * @param values values by fid, as far as they are known
   */
  RowExport(Format format, OutputStream out, OutputStream fids, Map<Long, String> values) {
    this.format = format;
    this.out = out;
    this.fids = fids;
    this.values = values;
  }

  /** The format that a file's name asks for, or null. */
  static @Nullable Format format(String name) {
    String plain = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    if (plain.endsWith(".csv")) {
      return Format.CSV;
    }
    if (plain.endsWith(".jsonl")) {
      return Format.JSONL;
    }
    return name.endsWith(".npy") ? Format.NPY : null;
  }

  void start(int rows, int dim) throws IOException {
    switch (format) {
      case CSV -> {
        StringBuilder header = new StringBuilder("fid,value,occurrences,last_seen");
        for (int i = 0; i < dim; i++) {
          header.append(",w").append(i);
        }
        write(header.append("\r\n"));
      }
      case NPY -> {
        out.write(npyHeader("<f4", "(" + rows + ", " + dim + ")"));
        fids.write(npyHeader("<i8", "(" + rows + ",)"));
      }
      case JSONL -> {}
    }
  }

  private static byte[] npyHeader(String type, String shape) {
    StringBuilder text = new StringBuilder();
    text.append("{'descr': '").append(type).append("', 'fortran_order': False, 'shape': ");
    text.append(shape).append(", }");
    while ((NPY_MAGIC_BYTES + text.length() + 1) % NPY_ALIGNMENT != 0) {
      text.append(' ');
    }
    text.append('\n');
    return ByteBuffer.allocate(NPY_MAGIC_BYTES + text.length())
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) text.length())
        .put(text.toString().getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  void row(RowCursor row) throws IOException {
    String value = values.get(row.fid());
    switch (format) {
      case CSV -> csv(row, value == null ? "" : value);
      case JSONL -> json(row, value);
      case NPY -> {
        ByteBuffer bytes = ByteBuffer.allocate(4 * row.weights().length);
        bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(row.weights());
        out.write(bytes.array());
        fids.write(
            ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(row.fid())
                .array());
      }
    }
  }

  private void csv(RowCursor row, String value) throws IOException {
    StringBuilder line = new StringBuilder().append(row.fid()).append(',');
    boolean quoted = value.chars().anyMatch(c -> c == '"' || c == ',' || c == '\n' || c == '\r');
    line.append(quoted ? '"' + value.replace("\"", "\"\"") + '"' : value);
    line.append(',').append(row.occurrences()).append(',').append(row.lastSeenSec());
    for (float weight : row.weights()) {
      line.append(',').append(weight);
    }
    write(line.append("\r\n"));
  }

  /** JSON has no numbers that are not finite: they become null. */
  private void json(RowCursor row, @Nullable String value) throws IOException {
    StringBuilder line = new StringBuilder("{\"fid\": ").append(row.fid());
    if (value != null) {
      line.append(", \"value\": \"");
      JsonStringEncoder.getInstance().quoteAsString(value, line);
      line.append('"');
    }
    line.append(", \"occurrences\": ").append(row.occurrences());
    line.append(", \"last_seen\": ").append(row.lastSeenSec()).append(", \"weights\": [");
    String separator = "";
    for (float weight : row.weights()) {
      line.append(separator).append(Float.isFinite(weight) ? Float.toString(weight) : "null");
      separator = ", ";
    }
    write(line.append("]}\n"));
  }

  private void write(StringBuilder text) throws IOException {
    out.write(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
