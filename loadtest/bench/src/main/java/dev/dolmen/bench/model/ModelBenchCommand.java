package dev.dolmen.bench.model;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.local.MeasuringProcess;
import dev.dolmen.traffic.report.Reporting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen bench model}. */
@Command(
    name = "model",
    mixinStandardHelpOptions = true,
    description = {
      "Measures what the model computes beside PyTorch (through DJL) and ONNX Runtime, with the"
          + " same weights, on one thread each.",
      "",
      "Before anything is timed, the peers' outputs are held against ours. Contenders take turns;"
          + " figures are medians over the rounds. The peers' libraries are for Linux on x86-64.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen bench model --quick",
      "  dolmen bench model --parts encode,train --json model.json"
    })
public final class ModelBenchCommand implements Callable<Integer> {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final long HEAP_MB = 3_072;

  /** The peers compute on one thread, report to nobody, and download nothing. */
  private static final List<String> FLAGS =
      List.of(
          "-Dai.djl.offline=true",
          "-DOPT_OUT_TRACKING=true",
          "-Dai.djl.pytorch.num_threads=1",
          "-Dai.djl.pytorch.num_interop_threads=1",
          "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");

  @Option(
      names = "--quick",
      description = "Width 64, sessions of 20 events and short rounds only; about a minute.")
  private boolean quick;

  @Option(
      names = "--parts",
      split = ",",
      paramLabel = "PART",
      description = "Of ${COMPLETION-CANDIDATES}; all if not given.")
  private List<ModelPart> parts = Arrays.asList(ModelPart.values());

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public ModelBenchCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public ModelBenchCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    double left = parts.stream().mapToDouble(p -> p.estimateSeconds(quick)).sum();
    progress.line(parts.size() + " parts, about " + Amounts.duration(left) + " in all");
    List<ModelLine> lines = new ArrayList<>();
    Path directory = Files.createTempDirectory("dolmen-bench-");
    try {
      for (int i = 0; i < parts.size(); i++) {
        ModelPart part = parts.get(i);
        String what = "[" + (i + 1) + " of " + parts.size() + "] " + part.what();
        lines.addAll(measure(part, what, left, directory));
        left -= part.estimateSeconds(quick);
      }
    } finally {
      DirectoryTree.delete(directory);
    }
    ModelReport report = new ModelReport(lines);
    reporting.publish(
        out,
        () -> out.text(report.text() + Machine.description() + "\n"),
        report.json(Machine.description()));
    return 0;
  }

  private List<ModelLine> measure(ModelPart part, String what, double left, Path directory)
      throws IOException, InterruptedException {
    Path result = directory.resolve(part + ".json");
    List<String> flags = new ArrayList<>(FLAGS);
    // Unpacked here, not in the home directory.
    flags.add("-DDJL_CACHE_DIR=" + directory.resolve("djl"));
    new MeasuringProcess(progress, ModelBenchProcess.class, HEAP_MB, flags)
        .run(
            what,
            left,
            directory.resolve(part + ".log"),
            part.name(),
            quick ? "quick" : "full",
            result.toString());
    return MAPPER.readValue(result.toFile(), new TypeReference<List<ModelLine>>() {});
  }
}
