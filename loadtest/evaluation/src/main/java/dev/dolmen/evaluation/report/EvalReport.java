package dev.dolmen.evaluation.report;

import dev.dolmen.evaluation.comparison.EvalResult;
import dev.dolmen.traffic.report.Provenance;

/** An evaluation as a page with drawings, and as Markdown. */
public final class EvalReport {
  private final EvalResult result;

  public EvalReport(EvalResult result) {
    this.result = result;
  }

  /**
   * A page that needs no network.
   *
   * @param made when, where and by what
   */
  public String html(Provenance made) {
    return new ReportPage(result, made).html();
  }

  /** To be pasted where a change is discussed. */
  public String markdown() {
    return new ReportMarkdown(result).text();
  }
}
