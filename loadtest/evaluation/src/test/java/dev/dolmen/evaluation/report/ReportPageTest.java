package dev.dolmen.evaluation.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.evaluation.comparison.EvalResult;
import dev.dolmen.evaluation.comparison.ReportSection;
import dev.dolmen.evaluation.metric.Calibration;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.evaluation.plot.ModelMarks;
import dev.dolmen.evaluation.plot.PlotScale;
import dev.dolmen.evaluation.run.RunCost;
import dev.dolmen.trainer.validation.RankMetric;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The page, read as who has no network and who does not see it would. */
public class ReportPageTest {
  private static final Set<String> LOADING =
      Set.of(
          "script", "link", "img", "image", "use", "iframe", "object", "embed", "source", "base");

  /** Checks that the page stands by itself and says in words what its drawings show. */
  public static void check(String html) throws Exception {
    Document page =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(html)));
    assertThat(html.replace("http://www.w3.org/2000/svg", ""))
        .doesNotContain("http", "//cdn", "url(", "@import", "src=", "NaN", "Infinity", "null");
    NodeList all = page.getElementsByTagName("*");
    Set<String> ids = new HashSet<>();
    List<Element> elements =
        IntStream.range(0, all.getLength()).mapToObj(i -> (Element) all.item(i)).toList();
    for (Element element : elements) {
      assertThat(LOADING).doesNotContain(element.getTagName());
      String id = element.getAttribute("id");
      assertThat(id.isEmpty() || ids.add(id)).as("id %s, used once", id).isTrue();
    }
    for (Element element : elements) {
      String href = element.getAttribute("href");
      assertThat(href.isEmpty() || ids.contains(href.replaceFirst("^#", ""))).as(href).isTrue();
      if (element.getTagName().equals("svg") && !element.hasAttribute("aria-hidden")) {
        assertThat(element.getAttribute("role")).isEqualTo("img");
        for (String label : element.getAttribute("aria-labelledby").split(" ", -1)) {
          assertThat(ids).contains(label);
        }
        Element description = (Element) element.getElementsByTagName("desc").item(0);
        assertThat(description.getTextContent()).isNotBlank();
      }
      for (String style : element.getAttribute("class").split(" ", -1)) {
        assertThat(style.isEmpty() || style.equals("plot") || html.contains("." + style))
            .as("style of %s", style)
            .isTrue();
      }
    }
  }

  /** Of so many models on a stream of some windows; the last is far behind. */
  private static EvalResult result(int models, int windows) {
    List<ReportSection.Model> all = new ArrayList<>();
    List<ReportSection.Difference> differences = new ArrayList<>();
    List<ReportSection.SliceFigures> slices = new ArrayList<>();
    List<List<Double>> curves = new ArrayList<>();
    for (int m = 0; m < models; m++) {
      String name = m == 0 ? "dolmen" : "<model> & \"" + m + "\" with a long name";
      double mean = m == models - 1 ? 0.01 : 0.5 - 0.01 * m;
      Map<RankMetric, Estimate> metrics = new LinkedHashMap<>();
      Map<RankMetric, List<Double>> bySeed = new HashMap<>();
      for (RankMetric metric : RankMetric.ALL) {
        metrics.put(metric, new Estimate(mean, mean - 0.01, mean + 0.01));
        bySeed.put(metric, List.of(mean, mean));
        Estimate by = new Estimate(0.5 - mean, 0.49 - mean, 0.51 - mean);
        differences.add(new ReportSection.Difference("dolmen", name, metric, by));
      }
      ReportSection.Recommended recommended =
          new ReportSection.Recommended(0.9, 0.7, -0.1, Double.NaN, 1_000);
      RunCost cost = new RunCost(1, 2, 3_000_000, m == 1 ? -1 : 4_000_000);
      all.add(new ReportSection.Model(name, metrics, bySeed, recommended, cost, 5));
      slices.add(new ReportSection.SliceFigures(name, mean, mean, mean));
      curves.add(
          IntStream.range(0, windows).mapToObj(w -> w % 7 == 0 ? Double.NaN : mean).toList());
    }
    ReportSection.Curve curve =
        new ReportSection.Curve(
            IntStream.range(0, windows).mapToObj(w -> "window " + w).toList(),
            IntStream.range(0, windows).mapToObj(w -> w % 7 == 0 ? 0 : w).toList(),
            curves,
            curves);
    ReportSection section =
        new ReportSection(
            "strict-next",
            "strict: every next item",
            "strict",
            1_000,
            windows,
            "windows",
            all,
            differences,
            List.of(new ReportSection.PredictionSlice("clicks", "one", 1_000, slices)),
            curve,
            List.of(Calibration.of("dolmen", 20, new float[] {0.5f}, new boolean[] {true})),
            0.5);
    return new EvalResult(
        "shop", "stream", false, 5_000, 100, 3, 1, 2, List.of(section), List.of("shelf"), 9, -1);
  }

  @Test
  void manyModelsAndNamesThatAreMarkupMakeAWholePage() throws Exception {
    String html = new ReportPage(result(12, 200)).html();
    check(html);
    assertThat(html)
        .contains("200 windows, in 171 of which")
        .contains("the mean of the 13 around")
        .contains("An arrow is farther off than is drawn.")
        .contains("&lt;model>");
  }

  @Test
  void oneModelAndOneWindowMakeAPageToo() throws Exception {
    String html = new ReportPage(result(1, 1)).html();
    check(html);
    assertThat(html).doesNotContain("Differences to");
  }

  @Test
  void twelveModelsAreToldApartWithoutColours() {
    Set<String> marks = new HashSet<>();
    Set<String> lines = new HashSet<>();
    for (int m = 0; m < 12; m++) {
      marks.add(ModelMarks.shape(m) + ModelMarks.fill(m));
      lines.add(ModelMarks.line(m));
    }
    assertThat(marks).hasSize(12);
    assertThat(lines).hasSize(12);
  }

  @Test
  void markdownTablesHaveAsManyCellsAsHeaders() {
    String text = new ReportMarkdown(result(3, 30)).text();
    assertThat(text).startsWith("## shop, stream\n").contains("<summary>How it was measured");
    int cells = 0;
    for (String line : text.lines().toList()) {
      int now = line.startsWith("| ") ? line.split(" \\| ", -1).length : 0;
      assertThat(now == 0 || cells == 0 || now == cells).as(line).isTrue();
      cells = now;
    }
    // Angle brackets of a name are no markup.
    assertThat(text).contains("&lt;model>");
  }

  @Test
  void tablesFitATerminal() {
    ReportSection section = result(2, 30).headline();
    for (EvalTables.Table table : EvalTables.all(section)) {
      int width = 20;
      for (int c = 1; c < table.headers().size(); c++) {
        int column = c;
        width +=
            2
                + Math.max(
                    table.headers().get(c).length(),
                    table.rows().stream().mapToInt(r -> r.get(column).length()).max().orElse(0));
      }
      assertThat(width).as(table.title()).isLessThanOrEqualTo(100);
    }
  }

  @Test
  void axesHaveRoundNumbers() {
    assertThat(new PlotScale(0, 57, 0, 1).ticks(5)).containsExactly(0.0, 20.0, 40.0);
    assertThat(new PlotScale(-30, 12, 0, 1).ticks(4)).containsExactly(-20.0, 0.0);
    assertThat(PlotScale.label(0.1 + 0.2, "%")).isEqualTo("0.3%");
    assertThat(PlotScale.label(12_500, "")).isEqualTo("12.5k");
    assertThat(PlotScale.label(-20, "")).isEqualTo("-20");
    assertThat(PlotScale.withZero(0, 0, 0, 1).has(0)).isTrue();
    assertThatThrownBy(() -> new PlotScale(2, 2, 0, 1))
        .hasMessage("high: 2.0, expected above low, 2.0");
  }
}
