package dev.dolmen.evaluation.report;

import dev.dolmen.evaluation.comparison.EvalResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An evaluation as a page with drawings, and as Markdown. */
public final class EvalReport {
  private final EvalResult result;

  public EvalReport(EvalResult result) {
    this.result = result;
  }

  /**
   * Writes {@code report.html} and {@code report.md}.
   *
   * @param folder made if it is not there
   */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("report.html"), new ReportPage(result).html());
    Files.writeString(folder.resolve("report.md"), new ReportMarkdown(result).text());
  }
}
