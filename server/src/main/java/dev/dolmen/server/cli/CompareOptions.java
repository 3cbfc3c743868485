package dev.dolmen.server.cli;

import dev.dolmen.server.http.ComparedServer;
import dev.dolmen.server.http.RemoteApi;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A second server whose answers are shown next to those of the first, and the key for it. */
final class CompareOptions {
  private static final String OPTION = "--compare";
  private static final String KEY_OPTION = "--compare-key-file";

  @Option(
      names = OPTION,
      paramLabel = "URL",
      description = {
        "Another server, such as one of serve --snapshot: Try it shows what it would recommend to"
            + " the same visit, next to what --url does. It is asked for nothing that would change"
            + " something there. https is verified as for --url."
      })
  private @Nullable String url;

  @Option(
      names = KEY_OPTION,
      paramLabel = "FILE",
      description = "Show the server of --compare the key in this file. It gets no other.")
  private @Nullable Path keyFile;

  /**
   * The second server, or none; not asked yet.
   *
   * @throws CommandFailedException if address, files or key cannot be used
   */
  Opened open(TrustFiles files, ServerKey access) {
    if (url == null) {
      OptionCheck.require(keyFile == null, KEY_OPTION, keyFile + "", OPTION + " as well");
      return new Opened(null, Optional.empty());
    }
    RemoteAddress address = RemoteAddress.of(OPTION, url);
    Optional<String> key =
        access.otherKey(KEY_OPTION, keyFile, address.target(), !address.speaksTls());
    RemoteProblem problem = new RemoteProblem(OPTION, address.speaksTls(), files);
    return new Opened(new RemoteApi(address.uri(), files.context(), problem::of), key);
  }

  /**
   * Connections to it.
   *
   * @param remote null if there is none
   */
  record Opened(@Nullable RemoteApi remote, Optional<String> key) implements Closeable {
    /**
     * Finds out whether it answers, and lets the key in.
     *
     * @return null if there is none
     * @throws CommandFailedException if it does not
     */
    @Nullable ComparedServer greeted() {
      if (remote == null) {
        return null;
      }
      RemoteGreeting said = RemoteGreeting.of(remote, key);
      return switch (said.status()) {
        case 401 ->
            throw refused(
                remote,
                "the server asks for a key: "
                    + said.message()
                    + (key.isPresent()
                        ? "\nthe key of " + KEY_OPTION + " was sent"
                        : "\nno key was sent: name one with " + KEY_OPTION + " FILE"));
        case 403 -> throw refused(remote, "the key may not do that: " + said.message());
        default -> new ComparedServer(remote, key.orElse(null));
      };
    }

    private static CommandFailedException refused(RemoteApi remote, String why) {
      return new CommandFailedException(1, OPTION + ": " + remote.base() + ": " + why);
    }

    @Override
    public void close() {
      if (remote != null) {
        remote.close();
      }
    }

    /** Without the key. */
    @Override
    public String toString() {
      return OPTION;
    }
  }
}
