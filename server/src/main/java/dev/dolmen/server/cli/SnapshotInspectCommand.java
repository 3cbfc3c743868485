package dev.dolmen.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotSection;
import dev.dolmen.parameterstore.store.RowCursor;
import dev.dolmen.parameterstore.store.TableSnapshot;
import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.trainer.snapshot.SnapshotFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a snapshot consists of. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Prints what a snapshot consists of: the batch and log offset it was taken at, the snapshots"
          + " that it builds on, its sections with their sizes, the rows of each slot, the schema."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:printed", "1:there is no such snapshot, or it is damaged"},
    footer = {
      "",
      "Examples:",
      "  dolmen snapshot inspect --data /var/lib/dolmen",
      "  dolmen snapshot inspect --data /var/lib/dolmen 0000000000000042-1a2b --json"
    })
final class SnapshotInspectCommand implements Callable<Integer> {
  @Mixin private DataDirectory data = new DataDirectory();

  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "The snapshot; without it, the newest that is whole.")
  private @Nullable String id;

  @Option(names = "--json", description = "Print it as JSON.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws JsonProcessingException {
    Terminal out = Terminal.out(spec);
    SnapshotFile snapshot = data.snapshot(id, Terminal.errors(spec));
    List<Map<String, Object>> slots;
    try {
      slots = slots(snapshot.files());
    } catch (IOException e) {
      throw new CommandFailedException(1, e);
    }
    if (json) {
      out.line(
          new ObjectMapper()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(description(snapshot, slots)));
    } else {
      print(snapshot, slots, out);
    }
    return 0;
  }

  private static List<Map<String, Object>> slots(Snapshot snapshot) throws IOException {
    TableSnapshot table = TableSnapshot.open(snapshot);
    List<Map<String, Object>> slots = new ArrayList<>();
    for (int slot = 0; slot < table.slots().size(); slot++) {
      TableSnapshot.SlotShape shape = table.slots().get(slot);
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("slot", shape.name());
      try (RowCursor rows = table.rows(slot)) {
        entry.put("rows", rows.rows());
      }
      entry.put("dimension", shape.dim());
      entry.put("optimizer", shape.optimizer());
      entry.put("state_floats", shape.stateFloats());
      slots.add(entry);
    }
    return slots;
  }

  private static Map<String, Object> description(
      SnapshotFile snapshot, List<Map<String, Object>> slots) {
    Snapshot files = snapshot.files();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("id", files.manifest().id());
    all.put("format_version", files.manifest().version());
    all.put("state_version", snapshot.stateVersion());
    all.put("batch", snapshot.batches());
    all.put("log_offset", snapshot.logOffset());
    all.put("kernels", snapshot.kernels());
    all.put("chain", files.chain().stream().map(s -> s.manifest().id()).toList());
    List<Map<String, Object>> sections = new ArrayList<>();
    for (SnapshotSection section : files.manifest().sections()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", section.name());
      entry.put("bytes", section.rawBytes());
      entry.put("file_bytes", section.fileBytes());
      entry.put("blocks", section.blocks());
      sections.add(entry);
    }
    all.put("sections", sections);
    all.put("slots", slots);
    all.put("shapes", new TreeMap<>(snapshot.shapes()));
    return all;
  }

  private static void print(SnapshotFile snapshot, List<Map<String, Object>> slots, Terminal out) {
    Snapshot files = snapshot.files();
    out.text(
        new TextTable("", "")
            .row("snapshot", files.manifest().id())
            .row("format version", files.manifest().version())
            .row("state version", snapshot.stateVersion())
            .row("batches learned", snapshot.batches())
            .row("log offset", Long.toString(snapshot.logOffset()))
            .row("learned with", snapshot.kernels().isEmpty() ? "?" : snapshot.kernels()));
    out.line("");
    TextTable chain = new TextTable("builds on", "holds", "on disk");
    for (Snapshot s : files.chain()) {
      chain.row(
          s.manifest().id(),
          s.parent() == null ? "everything" : "changes",
          Amounts.bytes(s.manifest().fileBytes()));
    }
    out.text(chain);
    out.line("");
    TextTable sections = new TextTable("section", "bytes", "on disk", "blocks");
    for (SnapshotSection s : files.manifest().sections()) {
      sections.row(s.name(), s.rawBytes(), Amounts.bytes(s.fileBytes()), s.blocks());
    }
    out.text(sections);
    out.line("");
    TextTable table = new TextTable("slot", "rows", "dimension", "optimizer", "state floats");
    slots.forEach(slot -> table.row(slot.values().toArray()));
    out.text(table);
    out.line("");
    new TreeMap<>(snapshot.shapes()).forEach((key, value) -> out.line(key + ": " + value));
  }
}
