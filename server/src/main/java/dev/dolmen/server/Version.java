package dev.dolmen.server;

/** Version of the program. */
public final class Version {
  private Version() {}

  /** As the jar's manifest says, or {@code development} when run from class files. */
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
