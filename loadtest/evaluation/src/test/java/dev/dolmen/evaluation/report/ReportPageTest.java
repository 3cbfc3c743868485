package dev.dolmen.evaluation.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.evaluation.comparison.EvalResult;
import dev.dolmen.evaluation.comparison.ExampleSession;
import dev.dolmen.evaluation.comparison.ReportSection;
import dev.dolmen.evaluation.metric.Calibration;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.evaluation.plot.ModelMarks;
import dev.dolmen.evaluation.plot.PlotScale;
import dev.dolmen.evaluation.run.RunCost;
import dev.dolmen.traffic.report.Commit;
import dev.dolmen.traffic.report.Provenance;
import dev.dolmen.trainer.validation.RankMetric;
import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
        "shop",
        "stream",
        false,
        5_000,
        100,
        3,
        1,
        2,
        List.of(section),
        examples(models),
        List.of("shelf"),
        9,
        -1);
  }

  /** A session in which the first model had what came, and the others had not. */
  private static List<ExampleSession> examples(int models) {
    List<ExampleSession.Answer> answers = new ArrayList<>();
    for (int m = 0; m < models; m++) {
      answers.add(
          new ExampleSession.Answer(
              m == 0 ? "dolmen" : "<model> & \"" + m + "\" with a long name",
              List.of(
                  new ExampleSession.Suggestion("a lid | <spare>", false),
                  new ExampleSession.Suggestion("a pan", m == 0)),
              m == 0 ? 2 : 0));
    }
    return List.of(new ExampleSession(1, List.of("a pot", "a lid"), "a pan", answers));
  }

  private static String page(EvalResult result) {
    return new ReportPage(
            result,
            new Provenance(
                "dolmen eval --data 'my <shop>'",
                "--seeds 2",
                Instant.parse("2026-11-28T07:05:59Z"),
                "a machine with two cores",
                "1.2.3",
                new Commit("abc1234", true)))
        .html();
  }

  @Test
  void thePageSaysWhenByWhatAndWithWhichCommandItWasMade() throws Exception {
    assertThat(page(result(3, 30)))
        .contains("2026-11-28 07:05 UTC")
        .contains("1.2.3, commit abc1234, and changes")
        .contains("a machine with two cores")
        .contains("<code>dolmen eval --data 'my &lt;shop>'</code>");
  }

  @Test
  void exampleSessionsSayWhatWasSeenWhatEachModelPutFirstAndWhatCame() throws Exception {
    String html = page(result(3, 30));
    assertThat(html)
        .containsSubsequence(
            ">Seen<", "after 1 other<", "<li>a pot</li>", ">Came next<", "a pan", ">dolmen<")
        .contains("what came: in place 2", "<li class=\"came\">a pan</li>")
        .contains("what came: not in the first 20", "<li>a lid | &lt;spare></li>");
    assertThat(new ReportMarkdown(result(3, 30)).text())
        .contains("- seen, after 1 other: a pot → a lid\n- came next: a pan\n")
        .contains("| dolmen | in place 2 | a lid \\| &lt;spare> / a pan |");
  }

  @Test
  void manyModelsAndNamesThatAreMarkupMakeAWholePage() throws Exception {
    String html = page(result(12, 200));
    check(html);
    assertThat(html)
        .contains("200 windows, in 171 of which")
        .contains("the mean of the 13 around")
        .contains("An arrow is farther off than is drawn.")
        .contains("&lt;model>");
  }

  @Test
  void oneModelAndOneWindowMakeAPageToo() throws Exception {
    String html = page(result(1, 1));
    check(html);
    assertThat(html).doesNotContain("Differences to");
  }

  /** The same figures twice: once the interval of the difference is clear of 0, once it is not. */
  private static String verdict(double low, double high) {
    ReportSection section = result(2, 30).headline();
    List<ReportSection.Difference> differences =
        section.differences().stream()
            .map(d ->
                new ReportSection.Difference(
                    d.model(), d.than(), d.metric(), new Estimate((low + high) / 2, low, high)))
            .toList();
    return ReportNotes.headline(with(section, differences, section.curve()));
  }

  private static ReportSection with(
      ReportSection section,
      List<ReportSection.Difference> differences,
      ReportSection.Curve curve) {
    return new ReportSection(
        section.key(),
        section.title(),
        section.reading(),
        section.predictions(),
        section.units(),
        section.unit(),
        section.models(),
        differences,
        section.slices(),
        curve,
        section.calibrations(),
        section.targetPopularity());
  }

  /** A window with one prediction that is found says little, and must not press the others flat. */
  @Test
  void theAxisOfAStreamFollowsTheMeans() {
    ReportSection section = result(1, 1).headline();
    List<Double> ndcg = IntStream.range(0, 200).mapToObj(w -> w == 100 ? 1.0 : 0.1).toList();
    List<Integer> predictions = IntStream.range(0, 200).mapToObj(w -> w == 100 ? 1 : 50).toList();
    List<String> windows = IntStream.range(0, 200).mapToObj(w -> "window " + w).toList();
    CurvePlot plot =
        new CurvePlot(
            with(
                section,
                section.differences(),
                new ReportSection.Curve(windows, predictions, List.of(ndcg), List.of(ndcg))));
    assertThat(plot.canvas().svg("f", "", ""))
        .contains(">10%</text>")
        .doesNotContain(">50%</text>", ">100%</text>");
    assertThat(plot.leavesOut()).isTrue();
  }

  @Test
  void theVerdictIsOneSentenceThatDoesNotContradictItself() {
    assertThat(verdict(0.01, 0.02)).startsWith("dolmen is ahead of ").doesNotContain("chance");
    assertThat(verdict(-0.02, -0.01)).startsWith("dolmen is behind ").doesNotContain("chance");
    assertThat(verdict(-0.01, 0.02))
        .contains("cannot be told apart")
        .contains("+0.50 points [-1.00, +2.00]")
        .doesNotContain("ahead", "behind");
    for (String one : List.of(verdict(0.01, 0.02), verdict(-0.02, -0.01), verdict(-0.01, 0.02))) {
      assertThat(one).endsWith(".").doesNotContain(". ");
    }
  }

  /** Red is for alarms; the first model is the one that the page is about. */
  @Test
  void theFirstModelIsNotDrawnInRed() throws Exception {
    Matcher colors = Pattern.compile("--k0: #(..)(..)(..)").matcher(page(result(1, 1)));
    int found = 0;
    while (colors.find()) {
      int red = Integer.parseInt(colors.group(1), 16);
      assertThat(Integer.parseInt(colors.group(3), 16)).as(colors.group()).isGreaterThan(red);
      found++;
    }
    assertThat(found).as("by day, by night and on paper").isEqualTo(3);
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
