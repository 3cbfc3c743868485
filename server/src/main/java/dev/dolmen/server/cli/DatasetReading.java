package dev.dolmen.server.cli;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.data.DatasetImport;
import dev.dolmen.server.data.ImportOptions;
import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.RecBoleDataset;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The first look at a dataset, which every command that takes one begins with. */
public final class DatasetReading {
  private DatasetReading() {}

  /**
   * Reads it through once.
   *
   * @param limit clicks at most, the first ones
   * @param progress shows how far it is
   * @throws IOException if it cannot be read
   */
  public static InteractionProfile profile(RecBoleDataset dataset, long limit, Terminal progress)
      throws IOException {
    ProgressBar bar = new ProgressBar(progress, "reading " + dataset.name(), 0, System::nanoTime);
    InteractionProfile profile =
        InteractionProfile.read(
            dataset, limit, (rows, share) -> bar.show(rows, share, () -> "clicks"));
    bar.done();
    return profile;
  }

  /**
   * Looks at it as a whole, and says what was found.
   *
   * @param schema of items and visits; null to infer it
   * @param limit clicks at most, the first ones
   * @param progress shows how far it is, and what was found
   * @throws IOException if it cannot be read, or too much of it cannot be taken
   */
  public static DatasetImport read(
      RecBoleDataset dataset,
      ImportOptions options,
      @Nullable Schema schema,
      long limit,
      Terminal progress)
      throws IOException {
    DatasetImport found = look(dataset, options, schema, limit, progress).require();
    ImportText.print(found.report(), progress);
    return found;
  }

  /** Looks at it as a whole, and refuses nothing that can be read. */
  static DatasetImport look(
      RecBoleDataset dataset,
      ImportOptions options,
      @Nullable Schema schema,
      long limit,
      Terminal progress)
      throws IOException {
    ProgressBar bar = new ProgressBar(progress, "reading " + dataset.name(), 0, System::nanoTime);
    DatasetImport found =
        DatasetImport.look(
            dataset,
            options,
            schema,
            limit,
            (rows, share) -> bar.show(rows, share, () -> "clicks"));
    bar.done();
    return found;
  }
}
