package dev.dolmen.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Which program this is: its version, as the jar's manifest has it, and the commit that it was
 * built from, as the build has written it into {@code build.properties}.
 */
public final class Version {
  /** Enough to be the only one of its kind, and the same however many objects a clone has. */
  private static final int DIGITS = 12;

  private static final String TEXT = text(current(), build());

  private Version() {}

  /** The version alone, or {@code development} when run from class files. */
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /**
   * Version and commit, as in {@code 1.0.0 (0123456789ab)}; {@code +changes} follows the commit
   * where files of the checkout differed from it, and {@code commit unknown} stands in its place
   * where the sources were built without their history.
   */
  public static String text() {
    return TEXT;
  }

  /**
   * What {@link #text} says of a version.
   *
   * @param build {@code commit}, the whole hash or nothing, and {@code changes}, {@code true} where
   *     there were some
   */
  static String text(String version, Properties build) {
    String commit = build.getProperty("commit", "");
    if (commit.length() < DIGITS) {
      return version + " (commit unknown)";
    }
    boolean changed = Boolean.parseBoolean(build.getProperty("changes"));
    return version + " (" + commit.substring(0, DIGITS) + (changed ? "+changes)" : ")");
  }

  private static Properties build() {
    Properties build = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("build.properties")) {
      if (in != null) {
        build.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("build.properties of the program cannot be read", e);
    }
    return build;
  }
}
