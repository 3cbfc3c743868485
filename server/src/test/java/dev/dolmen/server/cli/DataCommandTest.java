package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.server.data.ShopFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code data check} says beforehand, and what {@code train} then does. */
class DataCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = DolmenCommand.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  private JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  @Test
  void saysWhatWouldBeMadeOfEachColumn() throws IOException {
    ShopFiles files = new ShopFiles().eachItem(l -> l.replaceFirst("sku", "SKU"));
    files.clicks().add("s1,sku1,3000000000");
    Path data = files.write(folder.resolve("shop"));
    Path json = folder.resolve("check.json");
    assertThat(run("data", "check", data.toString(), "--json", json.toString())).isZero();
    assertThat(out.toString())
        .contains("the time, seconds since 1970")
        .contains("slot price of kind number")
        .contains("shop: 180 clicks of 60 visits on 20 items")
        .contains("refused, a time in the future: 1")
        .contains("shop.inter, line 182, column 3 (timestamp)")
        .contains("WARNING: 100% of the clicked items (20 of 20) have no metadata in shop.item");
    JsonNode report = json(json);
    assertThat(report.get("can_be_learned").asBoolean()).isTrue();
    assertThat(report.get("clicks").asLong()).isEqualTo(180);
    assertThat(report.get("read").asLong()).isEqualTo(181);
    assertThat(report.get("refused").get("future").asLong()).isEqualTo(1);
    assertThat(report.get("refused").get("fields").asLong()).isZero();
    assertThat(report.get("warnings")).hasSize(1);
    assertThat(report.get("columns")).hasSize(7);
  }

  @Test
  void failsWhereLearningWould() throws IOException {
    Path data = new ShopFiles().click(10, "s2").click(20, "s6").write(folder.resolve("shop"));
    Path json = folder.resolve("check.json");
    assertThat(run("data", "check", data.toString(), "--json", json.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("shop: 2 lines cannot be read, so nothing is learned");
    assertThat(out.toString()).contains("line 10, column 1").contains("line 20, column 1");
    assertThat(json(json).get("can_be_learned").asBoolean()).isFalse();
    assertThat(json(json).get("refused").get("fields").asLong()).isEqualTo(2);
    assertThat(run("data", "check", data.toString(), "--skip-bad-lines")).isZero();
    assertThat(run("data", "check", data.toString(), "--time-unit", "weeks")).isEqualTo(2);
    assertThat(run("data", "check", data.toString(), "--event-types", "a=b")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--time-unit: weeks, expected one of [auto, s, ms, us, ns, number]")
        .contains("--event-types: a=b, expected one of [view, click,");
  }

  /** A training that fails leaves nothing behind that would be in the way of the next. */
  @Test
  void trainsIntoTheSameDirectoryAfterAFailure() throws IOException {
    Path data = folder.resolve("a shop's data");
    Path to = folder.resolve("to go");
    new ShopFiles().item(3, "sku1,dep0,name1,—").write(data);
    assertThat(run("train", "--data", data.toString(), "--to", to.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("line 3, column 4 (price): \"—\"");
    assertThat(to).doesNotExist();
    Files.createDirectory(to);
    Files.writeString(to.resolve("lock"), "");
    Path json = folder.resolve("train.json");
    String[] again = {
      "train",
      "--data",
      data.toString(),
      "--to",
      to.toString(),
      "--bad-values",
      "unknown",
      "--json",
      json.toString()
    };
    assertThat(run(again)).as(err::toString).isZero();
    assertThat(out.toString()).contains("serve it: dolmen serve --config '" + to + "/dolmen.yaml'");
    assertThat(json(json).get("import").get("refused").get("value").asLong()).isEqualTo(1);
    assertThat(json(json).get("passes").get(0).get("clicks").asLong()).isEqualTo(180);
    assertThat(run(again)).isEqualTo(1);
    assertThat(err.toString()).contains("is not empty");
  }

  @Test
  void saysThatThereIsNothingToPredict() throws IOException {
    ShopFiles files = new ShopFiles();
    for (int i = 1; i <= ShopFiles.CLICKS; i++) {
      files.click(i + 1, files.clicks().get(i).replaceFirst("s\\d+", "n" + i));
    }
    Path data = files.write(folder.resolve("shop"));
    Path json = folder.resolve("train.json");
    int exit =
        run(
            "train",
            "--data",
            data.toString(),
            "--to",
            folder.resolve("to").toString(),
            "--json",
            json.toString());
    assertThat(exit).as(err::toString).isZero();
    assertThat(out.toString())
        .contains("nothing to predict: no visit has a second click")
        .doesNotContain("recall");
    assertThat(err.toString()).contains("WARNING: every visit has one click");
    assertThat(json(json).get("passes").get(0).get("recall@20").isNull()).isTrue();
  }

  /** What a start with a changed configuration keeps, changes and drops. */
  @Test
  void saysBeforehandWhatAStartWouldKeep() throws IOException {
    Path data = new ShopFiles().write(folder.resolve("shop"));
    Path to = folder.resolve("to");
    assertThat(run("train", "--data", data.toString(), "--to", to.toString())).isZero();
    Path config = to.resolve("dolmen.yaml");
    assertThat(run("config", "check", config.toString(), "--data", to.toString())).isZero();
    assertThat(out.toString()).contains(to + ": fits");
    String text = Files.readString(config);
    Path changed = folder.resolve("changed.yaml");
    Files.writeString(
        changed,
        text.replaceFirst("ttl: 0s", "ttl: 60s")
                .replaceFirst("name: \"?category\"?", "name: department")
            + "model:\n  max_session_length: 30\n");
    assertThat(run("config", "check", changed.toString(), "--data", to.toString())).isZero();
    assertThat(out.toString())
        .contains("made with another configuration, a start from it goes on with")
        .contains("slots[item_id].rows.ttl_sec: 0 in the directory, 60 in the configuration")
        .contains("slots[category]: in the directory alone")
        .contains("slots[department]: in the configuration alone")
        .contains("model.max_session_length: 20 in the directory, 30 in the configuration")
        .containsPattern("item_id +20 +20 +[0-9.]+ \\w+ +kept")
        .containsPattern("department +0 +0 +0 \\w+ +comes: the directory has no such slot")
        .containsPattern("category +[1-9]\\d* +0 +0 B +goes: the schema has no such slot")
        .containsPattern("item/weight +[\\d,]+ +[\\d,]+ +columns begin anew: department")
        .containsPattern("layer0/attention/distance +60 +40 +2 x 30, it was 2 x 20")
        .doesNotContain("SparseOptimizerOptions");
    assertThat(run("config", "check", config.toString(), "--data", data.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("there is no whole snapshot");
  }

  /** From a column of lists of numbers to a slot, a model and a directory that keeps to them. */
  @Test
  void listsOfOneLengthBecomeASlotOfVectors() throws IOException {
    ShopFiles files = new ShopFiles();
    files.itemsHeader(files.items().getFirst() + ",picture:float_seq,clicks:float_seq");
    for (int i = 1; i <= ShopFiles.ITEMS; i++) {
      String many = "1 ".repeat(i).strip();
      files.item(i + 1, files.items().get(i) + ",0.5 " + i + " -1e-3," + many);
    }
    files.item(4, files.items().get(3).replace("0.5 3 ", "0.5 "));
    Path data = files.write(folder.resolve("shop"));
    Path json = folder.resolve("check.json");
    assertThat(run("data", "check", data.toString(), "--json", json.toString())).isZero();
    assertThat(out.toString())
        .contains("slot picture of kind vector of 3 numbers")
        .contains("ignored: its lists have 1 to 20 numbers");
    assertThat(json(json).get("refused").get("value").asLong()).isEqualTo(1);
    assertThat(out.toString() + err)
        .contains("line 4, column 5 (picture): \"2 numbers\", expected 3, the slot's dimension");
    Path to = folder.resolve("to");
    assertThat(run("train", "--data", data.toString(), "--to", to.toString())).isZero();
    Path config = to.resolve("dolmen.yaml");
    assertThat(Files.readString(config))
        .contains("- name: picture\n      kind: vector\n      required: false\n")
        .contains("      dimension: 3\n      width: 32\n");
    assertThat(run("config", "check", config.toString(), "--data", to.toString())).isZero();
    Path changed = folder.resolve("changed.yaml");
    Files.writeString(
        changed, Files.readString(config).replaceFirst("dimension: 3\n", "dimension: 4\n"));
    assertThat(run("config", "check", changed.toString(), "--data", to.toString())).isZero();
    assertThat(out.toString())
        .contains("slots[picture].dimension: 3 in the directory, 4 in the configuration")
        .contains("anew: vectors of 4 numbers, they had 3");
  }

  @Test
  void quotesWhatAShellWouldTakeApart() {
    assertThat(ShellWord.of("data/dolmen.yaml")).isEqualTo("data/dolmen.yaml");
    assertThat(ShellWord.of("it's here")).isEqualTo("'it'\\''s here'");
    assertThat(ShellWord.of("a&b")).isEqualTo("'a&b'");
  }
}
