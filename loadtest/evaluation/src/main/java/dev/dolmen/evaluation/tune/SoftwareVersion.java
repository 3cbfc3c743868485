package dev.dolmen.evaluation.tune;

import dev.dolmen.evaluation.comparison.ValidationTrials;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.server.Version;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.v1.Item;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which program this is: its version, and a digest of its own jars or class files, as two builds of
 * one version under development may learn differently.
 */
final class SoftwareVersion {
  private static final int DIGITS = 12;

  /** One class of each module. */
  private static final List<Class<?>> MODULES =
      List.of(
          Item.class,
          ModelOptions.class,
          Schema.class,
          EngineOptions.class,
          Version.class,
          ValidationTrials.class);

  private SoftwareVersion() {}

  /**
   * As in {@code 1.0.0+0123456789ab}.
   *
   * @throws IOException if its own files cannot be read
   */
  static String current() throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    for (Class<?> module : MODULES) {
      add(digest, home(module));
    }
    return Version.current() + "+" + HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
  }

  private static Path home(Class<?> module) throws IOException {
    CodeSource source = module.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw new IOException(module + ": where it was loaded from is unknown, expected a jar");
    }
    try {
      return Path.of(source.getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(source.getLocation() + ": no path", e);
    }
  }

  private static void add(MessageDigest digest, Path home) throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        digest.update(home.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
    }
  }
}
