package dev.dolmen.server.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolmen.parameterstore.feature.ShownText;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads one atomic file row by row: UTF-8, tab-separated, the first line {@code name:type} per
 * column, plain or gzipped (by the name's ending). Every row must have as many fields as the
 * header. A field may be empty where the value is unknown.
 */
public final class AtomicFileReader implements Closeable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final String BYTE_ORDER_MARK = "\ufeff";

  private final Path file;
  private final SeekableByteChannel raw;
  private final LineReader in;
  private final List<AtomicColumn> columns;
  private final int[] end;
  private String row = "";
  private long line;

  private AtomicFileReader(Path file, SeekableByteChannel raw, LineReader in) throws IOException {
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
          bytes = new GZIPInputStream(bytes, BUFFER_BYTES);
        } catch (ZipException | EOFException e) {
          throw new MalformedDataException(file, 0, 0, "", "not a gzip file: " + e.getMessage());
        }
      }
      return new AtomicFileReader(file, raw, new LineReader(bytes));
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  private List<AtomicColumn> header() throws IOException {
    boolean any;
    try {
      any = readLine();
    } catch (MalformedDataException e) {
      throw new MalformedDataException(file, 1, 0, "", e.problem() + ", expected a text file");
    }
    String header = row.startsWith(BYTE_ORDER_MARK) ? row.substring(1) : row;
    if (!any || header.isEmpty()) {
      throw new MalformedDataException(
          file, 1, 0, "", "empty, expected a header of name:type columns separated by tabs");
    }
    return AtomicHeader.columns(file, header);
  }

  /** Reads the next line into {@code row}. */
  private boolean readLine() throws IOException {
    row = "";
    try {
      if (!in.next()) {
        return false;
      }
    } catch (LineReader.LineTooLongException e) {
      throw new MalformedDataException(file, line + 1, 0, "", LineReader.TOO_LONG);
    } catch (ZipException | EOFException e) {
      throw new MalformedDataException(
          file, line + 1, 0, "", "damaged gzip data in or soon after this line: " + e.getMessage());
    }
    line++;
    try {
      row = in.text();
    } catch (CharacterCodingException e) {
      row = in.latin1();
      int at = in.malformedByte();
      throw new MalformedDataException(
          file,
          line,
          0,
          "",
          RefusalReason.ENCODING,
          String.format(Locale.ROOT, "not UTF-8: byte %d is 0x%02x", at, (int) row.charAt(at - 1)));
    }
    if (row.indexOf('\r') >= 0) {
      throw new MalformedDataException(
          file,
          line,
          0,
          "",
          RefusalReason.LINE_END,
          "a carriage return within the line, expected lines that end with LF or CR LF");
    }
    return true;
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
   * Moves to the next row. After an exception about a line the next call goes on behind it. Lines
   * without a character are passed over.
   *
   * @return false at the end of the file
   * @throws MalformedDataException if the row does not have the header's number of fields, or is no
   *     text
   */
  public boolean next() throws IOException {
    do {
      if (!readLine()) {
        return false;
      }
    } while (row.isEmpty() && end.length > 1);
    int from = 0;
    for (int c = 0; c < end.length; c++) {
      int tab = row.indexOf('\t', from);
      boolean last = c == end.length - 1;
      if (tab < 0 && !last) {
        throw fields(c + 1, columns.get(c).name(), fields(c + 1) + ", expected " + end.length);
      }
      if (last && tab >= 0) {
        throw fields(end.length + 1, "", "a field too many, expected " + end.length);
      }
      end[c] = last ? row.length() : tab;
      from = end[c] + 1;
    }
    return true;
  }

  private MalformedDataException fields(int column, String name, String problem) {
    return new MalformedDataException(file, line, column, name, RefusalReason.FIELDS, problem);
  }

  private static String fields(int n) {
    return n == 1 ? "the line's only field" : "the last of " + n + " fields";
  }

  /** Number of the current row's line, from 1; the header is line 1. */
  public long line() {
    return line;
  }

  /** The current line as it stands. */
  String row() {
    return row;
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
      throw malformed(column, RefusalReason.EMPTY, "empty, expected a token");
    }
    return text;
  }

  /**
   * The current row's token, of so many bytes of UTF-8 at most.
   *
   * @throws MalformedDataException if the field is empty or longer
   */
  String token(int column, int bytesMax) throws MalformedDataException {
    String token = token(column);
    int bytes = token.length() * 3L <= bytesMax ? 0 : token.getBytes(UTF_8).length;
    if (bytes > bytesMax) {
      throw malformed(
          column,
          RefusalReason.TOO_LONG,
          quote(token) + " has " + bytes + " bytes, expected at most " + bytesMax);
    }
    return token;
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

  /**
   * The numbers of the current row's field; none if it is empty.
   *
   * @throws MalformedDataException if one of them is not a finite number
   */
  double[] numbers(int column) throws MalformedDataException {
    List<String> texts = tokens(column);
    double[] numbers = new double[texts.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = decimal(texts.get(i));
      if (Double.isNaN(numbers[i])) {
        throw malformed(
            column,
            RefusalReason.NUMBER,
            "number "
                + (i + 1)
                + " of "
                + numbers.length
                + " is "
                + quote(texts.get(i))
                + ", expected a finite number");
      }
    }
    return numbers;
  }

  private double finite(int column, String text) throws MalformedDataException {
    double value = decimal(text);
    if (Double.isNaN(value)) {
      throw malformed(column, RefusalReason.NUMBER, quote(text) + ", expected a finite number");
    }
    return value;
  }

  /** A finite number as data files write it; NaN where the text is none, or one of Java alone. */
  static double decimal(String text) {
    String number = text.strip();
    for (int i = 0; i < number.length(); i++) {
      char c = number.charAt(i);
      if ((c < '0' || c > '9') && "+-.eE".indexOf(c) < 0) {
        return Double.NaN;
      }
    }
    try {
      double value = Double.parseDouble(number);
      return Double.isFinite(value) ? value : Double.NaN;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** What to throw when a column is not acceptable. */
  MalformedDataException malformed(int column, String problem) {
    return new MalformedDataException(file, 1, column + 1, columns.get(column).name(), problem);
  }

  /** What to throw when the current row's field is not acceptable. */
  MalformedDataException malformed(int column, RefusalReason reason, String problem) {
    return new MalformedDataException(
        file, line, column + 1, columns.get(column).name(), reason, problem);
  }

  static String quote(String text) {
    return '"' + ShownText.of(text) + '"';
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
