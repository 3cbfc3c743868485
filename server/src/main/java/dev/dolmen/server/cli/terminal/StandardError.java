package dev.dolmen.server.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;

/**
 * Standard error behind the launcher's back. The JVM says there that it uses an incubating module
 * before any of our code runs, whatever was asked; the launcher lets what comes there pass through
 * a filter, keeps the real one at another descriptor and names that in a system property.
 */
public final class StandardError {
  static final String PROPERTY = "dolmen.stderr";

  private StandardError() {}

  /** The descriptor that leads where a person reads: 2 unless the launcher says otherwise. */
  static int descriptor() {
    return Integer.getInteger(PROPERTY, 2);
  }

  /**
   * Makes {@link System#err} write to where it leads without the filter. To be called before
   * anything else prints.
   *
   * @throws IllegalStateException if the JVM was started without {@code jvm.options}
   */
  public static void open() {
    if (descriptor() != 2) {
      System.setErr(
          new PrintStream(new FileOutputStream(of(descriptor())), true, System.err.charset()));
    }
  }

  /** A descriptor that is open already: opening its file again would begin that file again. */
  private static FileDescriptor of(int number) {
    try {
      Constructor<FileDescriptor> constructor =
          FileDescriptor.class.getDeclaredConstructor(int.class);
      constructor.setAccessible(true);
      return constructor.newInstance(number);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("descriptor " + number + " cannot be used", e);
    }
  }
}
