package dev.dolmen.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dolmen.parameterstore.schema.AdmissionOptions;
import dev.dolmen.parameterstore.schema.AdmissionOptions.Occurrences;
import dev.dolmen.parameterstore.schema.AdmissionOptions.Probabilistic;
import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.KnotScale;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.trainer.alternatives.Arm;
import dev.dolmen.trainer.alternatives.ExperimentOptions;
import dev.dolmen.trainer.alternatives.FallbackOptions;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.trainer.alternatives.RankingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigTest {
  private static final String MINIMAL =
      """
      schema:
        slots:
          - {name: item_id, kind: id}
      """;

  @Test
  void theSampleIsExactlyTheDefaultsAndNamesEveryKey() throws Exception {
    Map<String, String> keys = new LinkedHashMap<>();
    DolmenConfig sample = ConfigLoader.parse("sample", ConfigSample.text(), Map.of(), keys);
    DolmenConfig defaults = parse(MINIMAL);

    assertThat(sample).isEqualTo(defaults.withEngine(e -> e.schema(sample.schema())));
    for (Slot slot : sample.schema().slots()) {
      assertThat(slot)
          .isEqualTo(
              slot.kind() == SlotKind.VECTOR
                  ? Slot.vector(slot.name(), false, 384, SchemaReader.DEFAULT_WIDTH)
                  : SchemaReader.defaults(slot.name(), slot.kind()));
    }
    assertThat(sample.schema().slots().stream().map(Slot::kind)).contains(SlotKind.values());
    YamlNode.Mapping root =
        YamlParser.parse("sample", ConfigSample.text(), new java.util.ArrayList<>());
    for (String key : keys.keySet()) {
      if (!key.matches("schema\\.slots\\[[1-9]\\d*].optimizer\\..*")) {
        assertThat(find(root, key)).as(key + " in the sample").isNotNull();
      }
    }
  }

  @Test
  void theSampleSaysTheRangeOfEachKeyOnce() {
    String sample = ConfigSample.text();
    assertThat(sample)
        .contains("  metrics_port: 7071  # 0 to 65535\n")
        .contains("    request_timeout: 5s  # 1ms to 10m\n")
        .contains("      occurrence_threshold: 2  # 1 to 1000000\n")
        .contains("      max_bytes: 0B  # 0B, or 1MiB to 1024TiB\n")
        .contains("      levels: 3  # 1 to 8\n")
        .contains("  temperature: 8  # 0.01 to 100\n")
        .contains("    click_weight: 0.02  # 0, or 0.001 to 100\n")
        .contains("  batch_age: 50ms  # 1ms to 1m\n")
        .contains("  min_free_bytes: 256MiB  # 16MiB to 1024TiB\n")
        .contains("\nseed: 1\n")
        .endsWith("    validation_share: 0.01  # 0 to 1\n");
    assertThat(sample.split("# 1 to 1024\n", -1))
        .as("dimension, width, max_session_length, max_repeats")
        .hasSize(5);
  }

  private static @org.jspecify.annotations.Nullable YamlNode find(YamlNode root, String path) {
    YamlNode node = root;
    for (String part : path.replace("[", ".").replace("]", "").split("\\.", -1)) {
      if (node instanceof YamlNode.Sequence sequence) {
        node = sequence.items().get(Integer.parseInt(part));
      } else if (node instanceof YamlNode.Mapping mapping && mapping.entries().get(part) != null) {
        node = mapping.entries().get(part).value();
      } else {
        return null;
      }
    }
    return node;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          server: {prot: 1}            | f.yaml:1:10: server.prot: unknown key; did you mean port?
          sever: {port: 1}             | f.yaml:1:1: sever: unknown key; did you mean server?
          server: {port: 70000}        | f.yaml:1:16: server.port: 70000: expected a whole number from 0 to 65535
          server: {port: "http"}       | f.yaml:1:16: server.port: "http": expected a whole number from 0 to 65535
          server: {port: 7.5}          | f.yaml:1:16: server.port: 7.5: expected a whole number from 0 to 65535
          server: {port: [1]}          | f.yaml:1:16: server.port: a list: expected a whole number from 0 to 65535
          server: {port: }             | f.yaml:1:15: server.port: no value: expected a whole number from 0 to 65535
          server: 5                    | f.yaml:1:9: server: 5: expected keys below it
          server: {future_tolerance: 5}| f.yaml:1:28: server.future_tolerance: 5: expected a duration such as
          server: {quotas: {default: {bytes_per_second: 5B}}} | f.yaml:1:47: server.quotas.default.bytes_per_second: "5B": expected 0B, or a size such as
          server: {quotas: {default: {burst: 0s}}} | server.quotas.default.burst: "0s": expected a duration such as
          server: {quotas: {principals: [{name: a, calls: 1}]}} | server.quotas.principals[0].calls: unknown key
          server: {quotas: {principals: [{}]}} | server.quotas.principals[0].name: is missing: expected text
          server: {quotas: {principals: [{name: a}, {name: b}, {name: a}]}} | server.quotas.principals: "a" twice: expected one quota a name
          server: {audit: {max_bytes: 20MiB}} | f.yaml:1:18: server.audit.max_bytes: 20MiB: expected at least twice max_file_bytes, 32MiB
          model: {heads: 3}            | f.yaml:1:9: model.heads: 3: expected a divisor of width, 64
          model: {pooling: lst}        | f.yaml:1:18: model.pooling: "lst": expected one of mean, last, attention; did you mean last?
          log: {segment_bytes: 1 GiBi} | f.yaml:1:22: log.segment_bytes: "1 GiBi": expected a size such as
          log: {max_bytes: 1GiB}       | f.yaml:1:7: log.max_bytes: 1GiB: expected 0B, or at least four times segment_bytes, 4GiB
          log: {max_bytes: 1MiB}       | f.yaml:1:18: log.max_bytes: "1MiB": expected 0B, or a size such as
          model: {tasks: {click_weight: 0.0005}} | model.tasks.click_weight: 0.0005: expected 0, or a number from 0.001 to 100
          log: {kind: kafak}           | f.yaml:1:13: log.kind: "kafak": expected one of chronicle, kafka; did you mean kafka?
          log: {kafka: {topic: "a b"}} | f.yaml:1:7: log.kafka: log.kafka.topic: "a b", expected 1 to 238 of
          log: {kafka: {bootstrap_servers: "a:1,b"}} | f.yaml:1:15: log.kafka.bootstrap_servers: "b", expected HOST:PORT
          log: {kafka: {bootstrap_servers: "a:70000"}} | "a:70000", expected a port from 1 to 65535
          log: {kafka: {max_message_bytes: 1KiB}} | log.kafka.max_message_bytes: "1KiB"
          snapshots: {on_close: yes}   | f.yaml:1:23: snapshots.on_close: yes: expected true or false
          snapshots: {store: {location: backups}} | f.yaml:1:21: snapshots.store.location: "backups": expected a folder with its whole path
          snapshots: {store: {location: "gs://shop"}} | snapshots.store.location: "gs://shop": expected a folder, or s3://BUCKET/PREFIX
          snapshots: {store: {location: "s3://shop/a"}} | snapshots.store.region: missing: expected the bucket's region
          snapshots: {store: {location: "s3://shop", endpoint: "minio:9000"}} | snapshots.store.endpoint: "minio:9000": expected an address such as
          snapshots: {store: {location: /a, region: eu-central-1}} | snapshots.store.region: "eu-central-1": means nothing to a store that is not
          telemetry: {otlp: {endpoint: "collector:4318"}} | telemetry.otlp.endpoint: "collector:4318": expected http:// or https://
          telemetry: {otlp: {endpoint: "https://"}} | telemetry.otlp.endpoint: "https://": expected a URL
          telemetry: {otlp: {endpoint: "http://a:b@collector"}} | telemetry.otlp.endpoint: expected a URL with a host, and without user
          telemetry: {otlp: {endpoint: "http://collector:4318", headers_file: /k}} | expected https, or http to this machine
          telemetry: {otlp: {traces: {ratio: 1.5}}} | telemetry.otlp.traces.ratio: 1.5: expected a number from 0 to 1
          telemetry: {otlp: {metrics: {interval: 10ms}}} | telemetry.otlp.metrics.interval: 10ms: expected 0s for never
          server: {http: {prometheus: {url: "prometheus:9090"}}} | server.http.prometheus.url: "prometheus:9090": expected http:// or https://
          server: {http: {prometheus: {url: "http://a:b@p"}}} | server.http.prometheus.url: expected a URL with a host, and without user
          server: {http: {prometheus: {url: "http://p/?x"}}} | server.http.prometheus.url: expected a URL with a host, and without user
          server: {http: {prometheus: {url: "http://p:9090", headers_file: /k}}} | server.http.prometheus.url: expected https, or http to this machine
          server: {http: {prometheus: {selector: "job=shop"}}} | server.http.prometheus.selector: expected matchers of labels such as
          server: {http: {prometheus: {selector: 'a="b"} or up{x="y"'}}} | server.http.prometheus.selector: expected matchers of labels
          server: {http: {prometheus: {selector: 'a="b",'}}} | server.http.prometheus.selector: expected matchers of labels
          server: {http: {prometheus: {selector: 'a="\\"'}}} | server.http.prometheus.selector: expected matchers of labels
          server: {http: {prometheus: {timeout: 1m}}} | server.http.prometheus.timeout: "1m": expected a duration
          training: {newness: .nan}    | training.newness: .nan: expected a number from 0 to 0.9
          model: {tasks: {categories: a}} | f.yaml:1:29: model.tasks.categories: "a": expected none, as there are none
          seed: 1e3                    | f.yaml:1:7: seed: 1e3: expected a whole number
          """)
  void whatDoesNotFitIsNamed(String text, String expected) {
    assertThat(problems(text + "\n" + MINIMAL)).contains(expected);
  }

  @Test
  void whichServersOfAPrometheusAreMeantIsSaidByLabels() throws Exception {
    for (String selector :
        List.of(
            "job=\"dolmen\"",
            "job=\"dolmen\", namespace!=\"it's {this}, or\"",
            "instance=~\"10\\\\.0.*\",a!~\"b\\\"c\"")) {
      String yaml =
          "server: {http: {prometheus: {selector: '" + selector.replace("'", "''") + "'}}}";
      assertThat(parse(yaml + "\n" + MINIMAL).server().http().prometheus().selector())
          .isEqualTo(selector);
    }
  }

  /** What is text may be secret; the schema is nobody's default. */
  @Test
  void whatDiffersFromTheDefaultsIsKnown() throws Exception {
    assertThat(parse(MINIMAL).changed()).isEmpty();
    String text =
        """
        server: {port: 7070, limits: {max_k: 100, request_timeout: 5000ms}, access: {keys_file: k3y}}
        log: {kind: kafka, kafka: {bootstrap_servers: "secret:9092"}}
        ranking: {kept: [blend, sknn], experiment: {name: hush, arms: [{name: a, share: 1}, {name: b, share: 0}]}}
        training: {newness: 0.25}
        snapshots: {on_close: false}
        """;
    DolmenConfig config =
        DolmenConfig.parse(
            "f.yaml",
            text + MINIMAL.replace("kind: id", "kind: id, max_rows: 77"),
            Map.of(
                "DOLMEN_SERVER_HTTP_CORS_ORIGINS", "https://secret.example",
                "DOLMEN_SERVER_METRICS", "false"));
    assertThat(config.changed())
        .contains(
            new ChangedKey("server.metrics", "false", "true"),
            new ChangedKey("server.limits.max_k", "100", "1000"),
            new ChangedKey("server.access.keys_file", "", ""),
            new ChangedKey("log.kind", "kafka", "chronicle"),
            new ChangedKey("log.kafka.bootstrap_servers", "", "localhost:9092"),
            new ChangedKey("ranking.kept", "blend, sknn", "none"),
            new ChangedKey("ranking.experiment.name", "", ""),
            new ChangedKey("snapshots.on_close", "false", "true"),
            new ChangedKey("server.http.cors_origins", "", "none"));
    assertThat(config.changed())
        .extracting(ChangedKey::key)
        .doesNotHaveDuplicates()
        .doesNotContain("server.port", "server.limits.request_timeout")
        .noneMatch(key -> key.startsWith("schema"));
    assertThat(config.changed().toString()).doesNotContain("secret", "k3y", "hush");
    assertThat(config.withDataDirectory(Path.of("elsewhere")).changed())
        .isEqualTo(config.changed());
  }

  @Test
  void allProblemsAreReportedAtOnce() {
    ConfigException e =
        assertThrows(
            ConfigException.class,
            () -> parse("server: {port: -1, max_k: 3}\ncatalog: {max_items: 0}\n" + MINIMAL));
    assertThat(e.problems()).hasSize(3);
  }

  @Test
  void theSchemaIsChecked() {
    assertThat(problems("seed: 1")).contains("schema.slots: is missing: expected a list");
    assertThat(problems("schema: {slots: []}")).contains("schema:").contains("slots");
    assertThat(problems("schema: {slots: [{kind: id}]}"))
        .contains("schema.slots[0].name: is missing");
    assertThat(problems("schema: {slots: [{name: a, kind: categroy}]}"))
        .contains("schema.slots[0].kind: \"categroy\"")
        .contains("did you mean category?");
    assertThat(problems("schema: {slots: [{name: a, kind: id, levels: 2}]}"))
        .contains("schema.slots[0].levels: only a slot of kind category_path has levels");
    assertThat(problems("schema: {slots: [{name: a, kind: category}]}"))
        .contains("exactly one of kind ID");
    assertThat(problems(MINIMAL + "    - {name: item_id, kind: category}\n"))
        .contains("item_id")
        .contains("used once");
  }

  @Test
  void aVectorHasADimensionAndNoRows() throws Exception {
    String vector = MINIMAL + "    - {name: picture, kind: vector, %s}\n";
    Slot slot = parse(vector.formatted("dimension: 512")).schema().slots().getLast();
    assertThat(slot).isEqualTo(Slot.vector("picture", false, 512, 32));
    String all = vector.formatted("dimension: 9, width: 5, required: true");
    assertThat(parse(all).schema().slots().getLast()).isEqualTo(Slot.vector("picture", true, 9, 5));
    assertThat(problems(vector.formatted("required: true")))
        .contains("schema.slots[1].dimension: is missing: expected a whole number from 2 to 4096");
    assertThat(problems(vector.formatted("dimension: 1")))
        .contains("schema.slots[1].dimension: 1: expected a whole number from 2 to 4096");
    assertThat(problems(vector.formatted("dimension: many")))
        .contains("schema.slots[1].dimension: \"many\": expected a whole number from 2 to 4096");
    assertThat(problems(vector.formatted("dimension: 9, width: 1025")))
        .contains("schema.slots[1].width: 1025: expected a whole number from 1 to 1024");
    assertThat(problems(vector.formatted("dimension: 9, ttl: 1d, optimizer: {kind: sgd}")))
        .contains("schema.slots[1].ttl: has no meaning for kind vector, which has no rows")
        .contains("schema.slots[1].optimizer: has no meaning for kind vector");
    assertThat(problems(vector.formatted("dimension: 9, widht: 8")))
        .contains("schema.slots[1].widht: unknown key; did you mean width?");
    assertThat(problems(MINIMAL + "    - {name: brand, kind: category, width: 8}\n"))
        .contains("schema.slots[1].width: only a slot of kind vector has one: see dimension");
  }

  @Test
  void aNumbersKnotsAreLearnedOrEven() throws ConfigException {
    String number = MINIMAL + "    - {name: size, kind: number, knot_scale: %s, %s}\n";
    assertThat(parse(number.formatted("quantiles", "knots: 9")).schema().slots().get(1).knots())
        .isEqualTo(new KnotOptions.Quantiles(9));
    assertThat(parse(number.formatted("linear", "knot_step: 2")).schema().slots().get(1).knots())
        .isEqualTo(new KnotOptions.Even(KnotScale.LINEAR, 2));
    assertThat(problems(number.formatted("quantiles", "knot_step: 2")))
        .contains("knot_step: has no meaning for knot_scale quantiles: see knots");
    assertThat(problems(number.formatted("log", "knots: 9")))
        .contains("knots: only knot_scale quantiles has a number of knots");
    assertThat(problems(number.formatted("quantiles", "knots: 1")))
        .contains("knots: 1: expected a whole number from 2 to 256");
    assertThat(problems(MINIMAL + "    - {name: since, kind: age, knots: 9}\n"))
        .contains("knots: only a slot of kind number has knots");
  }

  @Test
  void tasksAreAboutSlotsThatHaveCategories() throws ConfigException {
    String schema =
        MINIMAL + "    - {name: brand, kind: category}\n    - {name: size, kind: number}\n";
    DolmenConfig config = parse(schema + "model: {tasks: {categories: brand}}");
    assertThat(config.model().tasks().categories()).containsExactly("brand");
    assertThat(parse(schema).model().tasks().categories()).isEmpty();
    for (String wrong : List.of("size", "\"brand,\"", "\"brand,brand\"", "colour")) {
      assertThat(problems(schema + "model: {tasks: {categories: " + wrong + "}}"))
          .contains("model.tasks.categories")
          .contains("expected none, or some of brand, separated by commas");
    }
  }

  @Test
  void theEnvironmentOverrides() throws Exception {
    Map<String, String> environment =
        Map.of(
            "DOLMEN_SERVER_PORT", "9",
            "DOLMEN_SERVER_LIMITS_MAX_MESSAGE_BYTES", "1MiB",
            "DOLMEN_DATA_DIRECTORY", "/somewhere",
            "DOLMEN_HOME", "/opt/dolmen",
            "DOLMEN_SERVICE_HOST", "10.0.0.1",
            "DOLMEN_PORT_7070_TCP_ADDR", "10.0.0.1",
            "PATH", "/bin");
    DolmenConfig config =
        ConfigLoader.parse("f.yaml", "server: {port: 1}\n" + MINIMAL, environment);
    assertThat(config.server().port()).isEqualTo(9);
    assertThat(config.server().limits().maxMessageBytes()).isEqualTo(1 << 20);
    assertThat(config.dataDirectory()).isEqualTo(Path.of("/somewhere"));
  }

  @Test
  void unknownAndWrongVariablesAreRefused() {
    assertThatThrownBy(() -> ConfigLoader.parse("f", MINIMAL, Map.of("DOLMEN_SERVER_PROT", "9")))
        .hasMessageContaining(
            "environment variable DOLMEN_SERVER_PROT: no such variable;"
                + " did you mean DOLMEN_SERVER_PORT?");
    assertThatThrownBy(() -> ConfigLoader.parse("f", MINIMAL, Map.of("DOLMEN_SERVER_PORT", "x")))
        .hasMessageContaining(
            "environment variable DOLMEN_SERVER_PORT: server.port: \"x\": expected a whole");
  }

  @Test
  void yamlThatSaysTwoThingsIsRefused() {
    assertThat(problems("seed: 1\nseed: 2\n" + MINIMAL))
        .contains("f.yaml:2:1: seed: is given twice");
    assertThat(problems("seed: &a 1\nserver: {port: *a}\n" + MINIMAL)).contains("alias");
    assertThat(problems("seed: [1\n" + MINIMAL)).contains("not YAML");
    assertThat(problems(MINIMAL + "---\nseed: 1\n")).contains("a second document");
    assertThat(problems("- 1")).contains("expected keys");
    assertThat(problems("")).contains("schema.slots");
  }

  @Test
  void filesAreNamed(@TempDir Path directory) throws Exception {
    Path missing = directory.resolve("no.yaml");
    assertThatThrownBy(() -> DolmenConfig.load(missing, Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no.yaml: no such file");
    Path file = Files.writeString(directory.resolve("a.yaml"), MINIMAL);
    assertThat(DolmenConfig.load(file, Map.of()).server().port()).isEqualTo(7070);
  }

  @Test
  void admissionIsByOccurrencesOrByChance() throws ConfigException {
    assertThat(admission("occurrence_threshold: 5")).isEqualTo(new Occurrences(5));
    assertThat(admission("admission: {kind: occurrences, threshold: 5}"))
        .isEqualTo(new Occurrences(5));
    assertThat(admission("admission: {kind: probabilistic, threshold: 9}"))
        .isEqualTo(new Probabilistic(9, false));
    assertThat(admission("admission: {kind: probabilistic, threshold: 9, equal_probability: true}"))
        .isEqualTo(new Probabilistic(9, true));
    assertThat(problems(slotWith("admission: {kind: occurrences}, occurrence_threshold: 5")))
        .contains("occurrence_threshold", "admission.threshold");
    assertThat(problems(slotWith("admission: {equal_probability: true}")))
        .contains("equal_probability", "no meaning for kind occurrences");
    assertThat(problems(slotWith("admission: {kind: probabilistic, threshold: 0}")))
        .contains("admission.threshold");
  }

  private static AdmissionOptions admission(String keys) throws ConfigException {
    return parse(slotWith(keys)).schema().slots().getFirst().rows().admission();
  }

  private static String slotWith(String keys) {
    return MINIMAL.replace("kind: id", "kind: id, " + keys);
  }

  @Test
  void rankersBesideTheModelAreRead() throws ConfigException {
    String arms =
        "arms: [{name: model, share: 0.9}, {name: simple, ranker: co-occurrence, share: 0.1}]";
    RankingOptions ranking =
        parse(
                "ranking: {experiment: {name: spring, "
                    + arms
                    + "}, fallback: {ranker: vmis-knn, after_wait: 20ms}}\n"
                    + MINIMAL)
            .ranking();
    assertThat(ranking.experiment())
        .isEqualTo(
            new ExperimentOptions(
                "spring",
                List.of(
                    new Arm("model", 0.9, RankerKind.DOLMEN),
                    new Arm("simple", 0.1, RankerKind.CO_OCCURRENCE))));
    assertThat(ranking.fallback()).isEqualTo(new FallbackOptions(RankerKind.VMIS_KNN, 1_000, 20));
    assertThat(ranking.kinds())
        .containsExactlyInAnyOrder(RankerKind.CO_OCCURRENCE, RankerKind.VMIS_KNN);
    assertThat(parse(MINIMAL).ranking().kinds()).isEmpty();
    assertThat(parse("ranking: {kept: [blend, sknn]}\n" + MINIMAL).ranking().kinds())
        .containsExactlyInAnyOrder(RankerKind.BLEND, RankerKind.SKNN);
    assertThat(problems("ranking: {experiment: {" + arms + "}}\n" + MINIMAL))
        .contains("ranking.experiment: name: \"\", expected 1 to 64 letters");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          experiment: {name: e, arms: [{name: a, share: 0.9}, {name: b, share: 0.2}]} | ranking.experiment: arms: shares 0.9 + 0.2 = 1.1, expected a sum of 1
          experiment: {name: e, arms: [{name: a, share: 1}]}       | ranking.experiment: arms: 1, expected 2 to 16
          experiment: {name: e, arms: [{name: a, share: 0.5}, {name: a, share: 0.5}]} | ranking.experiment: arms: "a" is given twice
          experiment: {name: e, arms: [{name: a}]}                 | ranking.experiment.arms[0].share: is missing: expected a number from 0 to 1
          experiment: {name: e, arms: [{share: 1}]}                | ranking.experiment.arms[0].name: is missing: expected text
          experiment: {name: e, arms: [{name: a, share: 1.5}]}     | ranking.experiment.arms[0].share: 1.5: expected a number from 0 to 1
          experiment: {name: e, arms: [{name: a b, share: 1}]}     | ranking.experiment.arms[0]: name: "a b", expected 1 to 64 letters
          experiment: {name: e, arms: [{name: a, share: 1, ranker: blent}]} | ranking.experiment.arms[0].ranker: "blent": expected one of dolmen, popularity, co-occurrence, sknn, v-sknn, vmis-knn, blend; did you mean blend?
          kept: [blend, dolmen]                                    | ranking.kept: [blend, dolmen]: expected none, or some of co-occurrence, sknn, v-sknn, vmis-knn, blend, separated by commas
          experiment: {name: e}                                    | ranking.experiment.arms: none: expected 2 to 16 arms
          experiment: {name: e, arms: blend}                       | ranking.experiment.arms: is "blend": expected a list of mappings
          fallback: {ranker: dolmen}                               | ranking.fallback.ranker: "dolmen": expected one of none, popularity
          fallback: {after_wait: 20}                               | ranking.fallback.after_wait: 20: expected a duration such as
          fallback: {learned_events: -1}                           | ranking.fallback.learned_events: -1: expected a whole number from 0
          baselines: {neighbors: 0}                                | ranking.baselines.neighbors: 0: expected a whole number from 1 to 65536
          """)
  void rankersThatDoNotFitAreNamed(String text, String expected) {
    assertThat(problems("ranking: {" + text + "}\n" + MINIMAL)).contains(expected);
  }

  @Test
  void aQuotaIsAsTheDefaultWhereItSaysNothing() throws ConfigException {
    QuotaConfig quotas =
        parse(
                """
                server:
                  quotas:
                    default: {requests_per_second: 10, burst: 2s}
                    principals:
                      - {name: shop, events_per_second: 500, bytes_per_second: 1MiB}
                      - {name: batch job, requests_per_second: 0}
                """
                    + MINIMAL)
            .server()
            .quotas();
    Duration burst = Duration.ofSeconds(2);
    assertThat(quotas.byDefault()).isEqualTo(new QuotaConfig.Quota(10, 0, 0, burst, 0, 0));
    assertThat(quotas.principals())
        .containsExactly(
            new QuotaConfig.Named("shop", new QuotaConfig.Quota(10, 500, 1 << 20, burst, 0, 0)),
            new QuotaConfig.Named("batch job", new QuotaConfig.Quota(0, 0, 0, burst, 0, 0)));
    assertThat(quotas.isOff()).isFalse();
    assertThat(parse(MINIMAL).server().quotas().isOff()).isTrue();
  }

  @Test
  void unitsReadAndPrintExactly() {
    assertThat(HumanUnits.duration("1.5s")).contains(Duration.ofMillis(1500));
    assertThat(HumanUnits.duration("24h")).contains(Duration.ofDays(1));
    assertThat(HumanUnits.duration("1.5ns")).isEmpty();
    assertThat(HumanUnits.duration("999999999999d")).isEmpty();
    assertThat(HumanUnits.bytes("256MiB")).contains(256L << 20);
    assertThat(HumanUnits.bytes("1 kb")).isEmpty();
    assertThat(HumanUnits.format(Duration.ofMinutes(90))).isEqualTo("90m");
    assertThat(HumanUnits.format(1L << 30)).isEqualTo("1GiB");
    assertThat(HumanUnits.format(0)).isEqualTo("0B");
  }

  @Test
  void nearMissesAreFound() {
    assertThat(NearMiss.distance("prot", "port")).isEqualTo(1);
    assertThat(NearMiss.suggestion("max-k", java.util.List.of("max_k", "maxim"))).contains("max_k");
    assertThat(NearMiss.suggestion("zebra", java.util.List.of("port", "host"))).isEmpty();
  }

  private static DolmenConfig parse(String text) throws ConfigException {
    return ConfigLoader.parse("f.yaml", text, Map.of());
  }

  private static String problems(String text) {
    return String.valueOf(assertThrows(ConfigException.class, () -> parse(text)).getMessage());
  }

  /** The /tmp of a container may have 256 MiB in all. */
  @Test
  void whatIsThrownAwayFitsASmallDisk() throws Exception {
    DolmenConfig shop = parse(MINIMAL);
    assertThat(shop.log().minFreeBytes()).isGreaterThan(200L << 20);
    assertThat(shop.temporary(Path.of("shop")).log().minFreeBytes()).isLessThan(64L << 20);
  }
}
