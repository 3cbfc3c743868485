package dev.dolmen.bench.serve;

import dev.dolmen.server.DirectoryTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A folder for the shops of all tests of this run, as each takes most of a test's time to make. */
final class KeptShop implements ParameterResolver {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
    return parameter.getParameter().getType() == KeptShop.Folder.class;
  }

  @Override
  public Folder resolveParameter(ParameterContext parameter, ExtensionContext test) {
    return test.getRoot()
        .getStore(Namespace.create(KeptShop.class))
        .computeIfAbsent(Folder.class, _ -> new Folder(), Folder.class);
  }

  /** It goes when all tests have run. */
  static final class Folder implements AutoCloseable {
    private final Path path;

    private Folder() {
      try {
        path = Files.createTempDirectory("shops-");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Path path() {
      return path;
    }

    @Override
    public void close() throws IOException {
      DirectoryTree.delete(path);
    }
  }
}
