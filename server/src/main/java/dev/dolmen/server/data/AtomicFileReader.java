package dev.dolmen.server.data;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one atomic file row by row: UTF-8, tab-separated, the first line {@code name:type} per
 * column, plain or gzipped (by the name's ending). Every row must have as many fields as the
 * header. A field may be empty where the value is unknown.
 */
public final class AtomicFileReader implements Closeable {
  private static final int BUFFER_CHARS = 1 << 16;

  private final Path file;
  private final SeekableByteChannel raw;
  private final BufferedReader in;
  private final List<AtomicColumn> columns;
  private final int[] end;
  private String row = "";
  private long line = 1;

  private AtomicFileReader(Path file, SeekableByteChannel raw, BufferedReader in)
      throws IOException {
    this.file = file;
    this.raw = raw;
    this.in = in;
    columns = header();
    end = new int[columns.size()];
  }

  /**
   * Opens a file and reads its header.
   *
   * @throws MalformedDataException if the header is not valid
   * @throws IOException if the file cannot be read
   */
  public static AtomicFileReader open(Path file) throws IOException {
    SeekableByteChannel raw = Files.newByteChannel(file);
    try {
      InputStream bytes = Channels.newInputStream(raw);
      if (file.toString().endsWith(".gz")) {
        try {
          bytes = new GZIPInputStream(bytes, BUFFER_CHARS);
        } catch (ZipException | EOFException e) {
          throw new MalformedDataException(file, 0, 0, "", "not a gzip file: " + e.getMessage());
        }
      }
      // A decoder of its own reports malformed bytes; a charset would replace them silently.
      return new AtomicFileReader(
          file,
          raw,
          new BufferedReader(
              new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()), BUFFER_CHARS));
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  private List<AtomicColumn> header() throws IOException {
    String header = readLine();
    if (header == null || header.isEmpty()) {
      throw new MalformedDataException(
          file, 1, 0, "", "empty, expected a header of name:type columns separated by tabs");
    }
    List<AtomicColumn> found = new ArrayList<>();
    Set<String> names = new HashSet<>();
    int from = 0;
    while (from <= header.length()) {
      int tab = header.indexOf('\t', from);
      int to = tab < 0 ? header.length() : tab;
      AtomicColumn column = column(header.substring(from, to), found.size() + 1);
      if (!names.add(column.name())) {
        throw new MalformedDataException(
            file, 1, found.size() + 1, column.name(), "a name that an earlier column has");
      }
      found.add(column);
      from = to + 1;
    }
    return List.copyOf(found);
  }

  private AtomicColumn column(String declaration, int number) throws MalformedDataException {
    int colon = declaration.lastIndexOf(':');
    String type = declaration.substring(colon + 1);
    if (colon > 0) {
      for (AtomicColumn.Type t : AtomicColumn.Type.values()) {
        if (t.text().equals(type)) {
          return new AtomicColumn(declaration.substring(0, colon), t);
        }
      }
    }
    throw new MalformedDataException(
        file,
        1,
        number,
        "",
        quote(declaration) + ", expected name:type with type token, token_seq, float or float_seq");
  }

  private @Nullable String readLine() throws IOException {
    try {
      return in.readLine();
    } catch (CharacterCodingException e) {
      throw new MalformedDataException(file, line, 0, "", "not UTF-8 in or soon after this line");
    } catch (ZipException | EOFException e) {
      throw new MalformedDataException(
          file, line, 0, "", "damaged gzip data in or soon after this line: " + e.getMessage());
    }
  }

  /** The columns, in the file's order. */
  public List<AtomicColumn> columns() {
    return columns;
  }

  /** Index of the column called {@code name}, or -1. */
  public int indexOf(String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Index of a column that must be there with one of {@code types}.
   *
   * @throws MalformedDataException if it is not
   */
  public int require(String name, AtomicColumn.Type... types) throws MalformedDataException {
    int index = indexOf(name);
    String expected = "expected " + name + ":" + types[0].text();
    if (index < 0) {
      throw new MalformedDataException(file, 1, 0, "", "no column " + name + ", " + expected);
    }
    AtomicColumn column = columns.get(index);
    if (!Arrays.asList(types).contains(column.type())) {
      throw new MalformedDataException(
          file, 1, index + 1, name, "of type " + column.type().text() + ", " + expected);
    }
    return index;
  }

  /**
   * Moves to the next row.
   *
   * @return false at the end of the file
   * @throws MalformedDataException if the row does not have the header's number of fields
   */
  public boolean next() throws IOException {
    String next = readLine();
    if (next == null) {
      return false;
    }
    line++;
    row = next;
    int from = 0;
    for (int c = 0; c < end.length; c++) {
      int tab = row.indexOf('\t', from);
      boolean last = c == end.length - 1;
      if (tab < 0 && !last) {
        throw new MalformedDataException(
            file, line, c + 1, columns.get(c).name(), fields(c + 1) + ", expected " + end.length);
      }
      if (last && tab >= 0) {
        throw new MalformedDataException(
            file, line, end.length + 1, "", "a field too many, expected " + end.length);
      }
      end[c] = last ? row.length() : tab;
      from = end[c] + 1;
    }
    return true;
  }

  private static String fields(int n) {
    return n == 1 ? "the line's only field" : "the last of " + n + " fields";
  }

  /** Number of the current row's line, from 1; the header is line 1. */
  public long line() {
    return line;
  }

  /** Bytes of the file read so far, buffers filled included; packed ones if it is packed. */
  public long bytesRead() throws IOException {
    return raw.position();
  }

  /** The file being read. */
  public Path file() {
    return file;
  }

  /** The current row's field as it stands; empty where the value is unknown. */
  public String text(int column) {
    return row.substring(column == 0 ? 0 : end[column - 1] + 1, end[column]);
  }

  /**
   * The current row's token.
   *
   * @throws MalformedDataException if the field is empty
   */
  public String token(int column) throws MalformedDataException {
    String text = text(column);
    if (text.isEmpty()) {
      throw malformed(column, "empty, expected a token");
    }
    return text;
  }

  /**
   * The current row's number.
   *
   * @return NaN if the field is empty
   * @throws MalformedDataException if it is neither empty nor a finite number
   */
  public double number(int column) throws MalformedDataException {
    String text = text(column);
    return text.isEmpty() ? Double.NaN : finite(column, text);
  }

  /** The tokens of the current row's field; none if it is empty. */
  public List<String> tokens(int column) {
    String text = text(column);
    if (text.isEmpty()) {
      return List.of();
    }
    List<String> tokens = new ArrayList<>();
    int from = 0;
    while (from <= text.length()) {
      int space = text.indexOf(' ', from);
      int to = space < 0 ? text.length() : space;
      if (to > from) {
        tokens.add(text.substring(from, to));
      }
      from = to + 1;
    }
    return tokens;
  }

  private double finite(int column, String text) throws MalformedDataException {
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw malformed(column, quote(text) + ", expected a finite number");
    }
    if (!Double.isFinite(value)) {
      throw malformed(column, quote(text) + ", expected a finite number");
    }
    return value;
  }

  /** What to throw when the current row's field is not acceptable. */
  public MalformedDataException malformed(int column, String problem) {
    return new MalformedDataException(file, line, column + 1, columns.get(column).name(), problem);
  }

  private static String quote(String text) {
    return '"' + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + '"';
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
