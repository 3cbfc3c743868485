package dev.dolmen.server.cli;

import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.RecBoleDataset;
import java.io.IOException;

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
}
