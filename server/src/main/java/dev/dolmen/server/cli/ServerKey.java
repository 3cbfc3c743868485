package dev.dolmen.server.cli;

import dev.dolmen.server.config.ListenHosts;
import dev.dolmen.server.reload.NamedFile;
import dev.dolmen.server.reload.UnusableFileException;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The key, or token, that a command shows to a server: of {@code --key-file}, or else DOLMEN_KEY,
 * or else the file that DOLMEN_KEY_FILE names, or else the one in the user's configuration, where
 * {@code dolmen key create --save} puts it.
 */
final class ServerKey {
  private static final String OPTION = "--key-file";
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** Keys of Dolmen and tokens: what RFC 6750 lets a bearer's token be. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{16,4096}=*");

  @Option(
      names = OPTION,
      paramLabel = "FILE",
      description = {
        "Show the server the key in this file; by default DOLMEN_KEY, then the file that"
            + " DOLMEN_KEY_FILE names, then ~/.config/dolmen/key."
      })
  private @Nullable Path file;

  @Option(names = "--insecure", description = "Send the key in plain text also to another machine.")
  private boolean insecure;

  private final Map<String, String> environment;

  ServerKey() {
    this(System.getenv());
  }

  ServerKey(Map<String, String> environment) {
    this.environment = environment;
  }

  /** A key and where it comes from; asked for by somebody, or only lying in its place. */
  private record Found(String source, String key, boolean asked) {}

  /**
   * Where a user's key is if nothing else is said. What a shell takes for {@code ~} is HOME, which
   * need not be what the JVM has from the machine's list of users.
   */
  static Path standardFile(Map<String, String> environment) {
    String configured = environment.getOrDefault("XDG_CONFIG_HOME", "");
    String home = environment.getOrDefault("HOME", "");
    Path folder =
        configured.isEmpty()
            ? Path.of(home.isEmpty() ? System.getProperty("user.home") : home, ".config")
            : Path.of(configured);
    return folder.resolve("dolmen").resolve("key");
  }

  /**
   * What adds the key to every call; nothing if there is none.
   *
   * @param target {@code HOST:PORT}
   * @param plainText whether everybody on the way can read what is sent
   * @throws CommandFailedException if the key cannot be read, or everybody would read it; one that
   *     nobody has asked for is only not sent
   */
  List<ClientInterceptor> interceptors(String target, boolean plainText) {
    return keyFor(target, plainText, "say --tls or --ca FILE")
        .map(key -> {
          Metadata headers = new Metadata();
          headers.put(AUTHORIZATION, "Bearer " + key);
          return List.<ClientInterceptor>of(MetadataUtils.newAttachHeadersInterceptor(headers));
        })
        .orElse(List.of());
  }

  /**
   * The key for a server; empty if there is none.
   *
   * @param target {@code HOST:PORT}
   * @param plainText whether everybody on the way can read what is sent
   * @param secured what to do about that, for the message
   * @throws CommandFailedException as {@link #interceptors}
   */
  Optional<String> keyFor(String target, boolean plainText, String secured) {
    Found found = find();
    return found == null ? Optional.empty() : letOut(found, target, plainText, secured);
  }

  /**
   * The key of another option for another server, and of nothing else; empty if no file is named.
   *
   * @param option that names the file
   * @throws CommandFailedException as {@link #interceptors}
   */
  Optional<String> otherKey(String option, @Nullable Path named, String target, boolean plainText) {
    return named == null
        ? Optional.empty()
        : letOut(read(option, named, true), target, plainText, "say https");
  }

  private Optional<String> letOut(Found found, String target, boolean plainText, String secured) {
    if (plainText && !insecure && !isLoopback(target)) {
      if (!found.asked) {
        return Optional.empty();
      }
      throw new CommandFailedException(
          2,
          found.source
              + ": not sent to "
              + target
              + ", as everybody on the way could read it in plain text: "
              + secured
              + ", or --insecure to send it all the same");
    }
    return Optional.of(found.key);
  }

  private static boolean isLoopback(String target) {
    int colon = target.lastIndexOf(':');
    String host = colon < 0 ? target : target.substring(0, colon);
    return ListenHosts.isLoopback(
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host);
  }

  private @Nullable Found find() {
    if (file != null) {
      return read(OPTION, file, true);
    }
    String variable = environment.getOrDefault("DOLMEN_KEY", "");
    if (!variable.isEmpty()) {
      return new Found("DOLMEN_KEY", checked("DOLMEN_KEY", variable), true);
    }
    String named = environment.getOrDefault("DOLMEN_KEY_FILE", "");
    if (!named.isEmpty()) {
      return read("DOLMEN_KEY_FILE", Path.of(named), true);
    }
    Path standard = standardFile(environment);
    return Files.isRegularFile(standard) ? read("key", standard, false) : null;
  }

  private static Found read(String setting, Path path, boolean asked) {
    try {
      String text = new NamedFile(setting, path.toString()).read("a key");
      return new Found(setting + ": " + path, checked(setting + ": " + path, text), asked);
    } catch (UnusableFileException e) {
      throw new CommandFailedException(2, e);
    }
  }

  private static String checked(String source, String text) {
    String key = text.strip();
    if (!TOKEN.matcher(key).matches()) {
      throw new CommandFailedException(
          2, source + ": expected one key, as dolmen key create prints it");
    }
    return key;
  }

  /** Says what to do about a call that the server did not let in; empty for other ends. */
  Optional<String> explain(String target, Status status, boolean plainText) {
    return switch (status.getCode()) {
      case UNAUTHENTICATED ->
          Optional.of(
              "the server asks for a key: "
                  + status.getDescription()
                  + "\n"
                  + shown(target, plainText));
      case PERMISSION_DENIED -> Optional.of("the key may not do that: " + status.getDescription());
      default -> Optional.empty();
    };
  }

  private String shown(String target, boolean plainText) {
    Found found = find();
    if (found == null) {
      return "no key was sent: name one with --key-file FILE, DOLMEN_KEY or DOLMEN_KEY_FILE";
    }
    boolean sent = found.asked || !plainText || insecure || isLoopback(target);
    return sent
        ? "the key of " + found.source + " was sent"
        : "the key of "
            + found.source
            + " was not sent in plain text: say --tls or --ca FILE, or --insecure";
  }
}
