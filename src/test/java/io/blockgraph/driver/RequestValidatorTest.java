package io.blockgraph.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.NodeRequest.ChildRequest;
import io.blockgraph.driver.NodeRequest.Target;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.NodeSpec.Access;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Roles;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RequestValidatorTest {
  private final RequestValidator validator = new RequestValidator(PlainDrivers.REGISTRY);

  @Test
  void acceptsANodeWithEveryTypeOfOption() {
    Map<String, Object> fault = Map.of("at", 3, "once", true);
    Map<String, Object> given =
        disk("d", "size", 512, "retries", -1L, "fast", true, "locking", "off");
    given.putAll(Map.of("take", List.of("resize"), "faults", List.of(fault)));
    NodeRequest node = valid(given);
    assertThat(node.name()).contains(new NodeName("d"));
    assertThat(node.access()).isEqualTo(Access.READ_WRITE);
    assertThat(node.options().number("size")).contains(512L);
    assertThat(node.options().number("retries")).contains(-1L);
    assertThat(node.options().list("faults")).isEqualTo(List.of(Map.of("at", 3L, "once", true)));
    assertThat(node.options().list("take")).isEqualTo(List.of("resize"));
  }

  @Test
  void storesNoDefaults() {
    assertThat(valid(disk("d")).options().values().keySet()).containsExactly("filename");
  }

  @Test
  void keepsReferencesAndInlineChildrenApart() {
    Map<String, Object> given =
        of("nodeName", "i", "driver", "image", "file", disk("f"), "backing", "base");
    assertThat(valid(given).children())
        .extracting(ChildRequest::name)
        .containsExactly(ChildName.FILE, ChildName.BACKING);
    assertThat(valid(given).children().get(1).target())
        .isEqualTo(new Target.Reference(new NodeName("base")));
    assertThat(inline(valid(given), 0).name()).contains(new NodeName("f"));
  }

  @Test
  void childrenInheritReadOnlyAndBackingsAreReadOnlyAnyway() {
    Map<String, Object> backing = of("driver", "image", "file", disk("b"));
    Map<String, Object> given =
        of("nodeName", "i", "driver", "image", "file", disk("f"), "backing", backing);
    assertThat(inline(valid(given), 0).access()).isEqualTo(Access.READ_WRITE);
    assertThat(inline(valid(given), 1).access()).isEqualTo(Access.READ_ONLY);
    assertThat(inline(inline(valid(given), 1), 0).access()).isEqualTo(Access.READ_ONLY);
    given.put("readOnly", true);
    assertThat(inline(valid(given), 0).access()).isEqualTo(Access.READ_ONLY);
  }

  @Test
  void aChildMaySayItselfWhetherItIsReadOnly() {
    Map<String, Object> backing = of("driver", "image", "readOnly", false, "file", disk("b"));
    Map<String, Object> given =
        of("nodeName", "i", "driver", "image", "file", "f", "backing", backing);
    assertThat(inline(valid(given), 1).access()).isEqualTo(Access.READ_WRITE);
  }

  @Test
  void takesNullForNoBackingAndForNothingElse() {
    Map<String, Object> given = of("nodeName", "i", "driver", "image", "file", "f");
    given.put("backing", null);
    assertThat(valid(given).children()).hasSize(1);
    given.put("file", null);
    assertThat(details(given))
        .containsExactly("/file: wants the name of a node, or a node as an object, not null");
  }

  @Test
  void remembersThatThereShallBeNoBackingAndShowsItAgain() {
    Map<String, Object> given =
        of("nodeName", "i", "driver", "image", "readOnly", false, "file", "f");
    given.put("backing", null);
    NodeSpec image = spec(valid(given));
    assertThat(image.options().values()).containsOnlyKeys("backing");
    assertThat(NodeDescription.of(image, PlainDrivers.IMAGE)).isEqualTo(given);
    ChildSpec backing = new ChildSpec(ChildName.BACKING, Roles.BACKING, new NodeName("b"));
    NodeSpec attached = image.withChildren(List.of(image.children().getFirst(), backing));
    assertThat(NodeDescription.of(attached, PlainDrivers.IMAGE)).containsEntry("backing", "b");
  }

  @Test
  void numbersTheChildrenOfAList() {
    NodeRequest vote =
        valid(of("nodeName", "v", "driver", "vote", "children", List.of("a", disk("b"))));
    assertThat(vote.children())
        .extracting(c -> c.name().value())
        .containsExactly("children.0", "children.1");
  }

  @Test
  void namesTheDriversThereAreAndGuessesNone() {
    assertThat(details(of("nodeName", "d", "filename", "x")))
        .containsExactly(
            "/driver: 'driver' must be given, it is never guessed; known are disk, image, vote");
    assertThat(details(of("nodeName", "d", "driver", "imgae")))
        .containsExactly(
            "/driver: there is no driver 'imgae'; known are disk, image, vote; did you mean"
                + " 'image'?");
    assertThat(pointers(of("nodeName", "d", "driver", 7))).containsExactly("/driver");
  }

  @Test
  void suggestsTheOptionThatWasProbablyMeant() {
    assertThat(details(disk("d", "lokcing", "on")))
        .containsExactly("/lokcing: there is no option 'lokcing' here; did you mean 'locking'?");
    assertThat(details(disk("d", "read-only", true)))
        .containsExactly(
            "/read-only: there is no option 'read-only' here; did you mean 'readOnly'?");
  }

  @Test
  void listsTheOptionsWhenNoneIsNear() {
    assertThat(details(disk("d", "zzzzzz", 1)).getFirst())
        .startsWith(
            "/zzzzzz: there is no option 'zzzzzz' here; known are driver, nodeName, readOnly,"
                + " active, filename");
  }

  @Test
  void tellsAllProblemsAtOnceWithTheirPlaces() {
    Map<String, Object> bad =
        of("driver", "disk", "size", 1001, "fast", "yes", "faults", List.of(Map.of("at", 10)));
    Map<String, Object> given =
        of(
            "nodeName",
            "1",
            "driver",
            "vote",
            "extra",
            1,
            "children",
            List.of(bad, 5),
            "readOnly",
            "no");
    assertThat(pointers(given))
        .containsExactlyInAnyOrder(
            "/nodeName",
            "/readOnly",
            "/extra",
            "/children/0/filename",
            "/children/0/size",
            "/children/0/fast",
            "/children/0/faults/0/at",
            "/children/1");
  }

  @Test
  void convertsNothing() {
    assertThat(details(disk("d", "size", "512")))
        .containsExactly("/size: wants a number of bytes, not a string");
    assertThat(details(disk("d", "size", 5.0)))
        .containsExactly("/size: wants a number of bytes, not the number 5.0");
    assertThat(details(disk("d", "fast", 1)))
        .containsExactly("/fast: wants true or false, not the number 1");
    assertThat(details(disk("d", "locking", true)))
        .containsExactly("/locking: wants one of auto, on, off, not true");
    assertThat(details(disk("d", "take", "write")))
        .containsExactly("/take: wants a list, not a string");
  }

  @Test
  void refusesNumbersOutOfRangeHoweverLarge() {
    assertThat(details(disk("d", "size", -1)))
        .containsExactly("/size: wants a number of bytes from 0 to 1000, not -1");
    BigInteger huge = BigInteger.ONE.shiftLeft(64);
    assertThat(details(disk("d", "size", huge)).getFirst()).endsWith("not 18446744073709551616");
    BigInteger absurd = BigInteger.ONE.shiftLeft(5000);
    assertThat(details(disk("d", "size", absurd)).getFirst()).endsWith("not one of 5001 bits");
  }

  @Test
  void refusesTextsThatAreEmptyLongOrHoldControlCharacters() {
    assertThat(details(disk("d", "filename", "")))
        .containsExactly("/filename: wants 1 to 20 characters, not 0");
    assertThat(details(disk("d", "filename", "x".repeat(21))))
        .containsExactly("/filename: wants 1 to 20 characters, not 21");
    assertThat(details(disk("d", "filename", "a\0b\r\n\u202e")))
        .containsExactly("/filename: holds a control character: 'a\\u0000b\\u000d\\u000a\\u202e'");
  }

  @Test
  void escapesPointersAndCutsLongNames() {
    assertThat(pointers(disk("d", "a/b~c", 1))).containsExactly("/a~1b~0c");
    assertThat(details(disk("d", "y".repeat(900), 1)).getFirst())
        .contains("'" + "y".repeat(64) + "...'");
  }

  @Test
  void refusesTooFewChildrenAndMissingOnes() {
    assertThat(details(of("nodeName", "v", "driver", "vote", "children", List.of("a"))))
        .containsExactly("/children: wants at least 2 children, not 1");
    assertThat(details(of("nodeName", "v", "driver", "vote")))
        .containsExactly("/children: 'children' must be given: Voters.");
  }

  @Test
  void refusesTheSameNameTwice() {
    Map<String, Object> given =
        of("nodeName", "v", "driver", "vote", "children", List.of(disk("a"), disk("a")));
    assertThat(details(given))
        .containsExactly("/children/1/nodeName: two nodes of this request are named 'a'");
  }

  @Test
  void refusesInlineNodesThatNestTooDeep() {
    Map<String, Object> deep = disk("bottom");
    for (int i = 0; i < 10_000; i++) {
      deep = of("driver", "image", "file", deep);
    }
    deep.put("nodeName", "top");
    assertThat(details(deep)).singleElement().asString().contains("nest deeper than 64");
  }

  @Test
  void boundsHowManyProblemsItTells() {
    Map<String, Object> given = disk("d");
    Stream.iterate(0, i -> i + 1).limit(5000).forEach(i -> given.put("unknown" + i, i));
    assertThat(pointers(given)).hasSize(Problems.MAX);
  }

  @Test
  void asksForANameOnlyWhereOneIsNeeded() {
    Map<String, Object> given = of("driver", "disk", "filename", "x");
    assertThat(pointers(given)).containsExactly("/nodeName");
    assertThat(validator.node(given, "/target", RequestValidator.Naming.OPTIONAL))
        .isInstanceOf(Checked.Valid.class);
    given.remove("filename");
    assertThat(validator.node(given, "/target", RequestValidator.Naming.OPTIONAL))
        .isEqualTo(
            new Checked.Invalid<NodeRequest>(
                List.of(
                    new OptionProblem(
                        "/target/filename", "'filename' must be given: Where it is."))));
  }

  @Test
  void wantsAnObject() {
    assertThat(validator.node(List.of()))
        .isEqualTo(
            new Checked.Invalid<>(List.of(new OptionProblem("", "wants an object, not a list"))));
  }

  @Test
  void checksOptionsAlone() {
    assertThat(
            RequestValidator.options(
                Map.of("filename", "x", "retries", 1), PlainDrivers.DISK, "/options"))
        .isEqualTo(new Checked.Valid<>(new Options(of("filename", "x", "retries", 1L))));
    assertThat(RequestValidator.options(Map.of("file", "x"), PlainDrivers.IMAGE, "/options"))
        .isInstanceOf(Checked.Invalid.class);
  }

  @Test
  void describesANodeTheWayItWasWritten() {
    Map<String, Object> given =
        of("nodeName", "v", "driver", "vote", "readOnly", true, "children", List.of("a", "b"));
    NodeSpec spec = spec(valid(given));
    assertThat(NodeDescription.of(spec, PlainDrivers.VOTE)).isEqualTo(given);
  }

  @Test
  void everyRolesOfARequestAreTheDriversOwn() {
    NodeRequest image = valid(of("nodeName", "i", "driver", "image", "file", "f", "backing", "b"));
    assertThat(image.children())
        .extracting(ChildRequest::roles)
        .containsExactly(Roles.IMAGE, Roles.BACKING);
  }

  private static NodeSpec spec(NodeRequest request) {
    return new NodeSpec(
        request.name().orElseThrow(),
        request.driver(),
        request.access(),
        NodeSpec.Origin.NAMED,
        request.options(),
        request.children().stream().map(RequestValidatorTest::spec).toList());
  }

  private static ChildSpec spec(ChildRequest child) {
    return new ChildSpec(child.name(), child.roles(), ((Target.Reference) child.target()).node());
  }

  private NodeRequest valid(Map<String, Object> given) {
    return switch (validator.node(given)) {
      case Checked.Valid<NodeRequest>(NodeRequest node) -> node;
      case Checked.Invalid<NodeRequest>(List<OptionProblem> problems) ->
          throw new AssertionError(problems);
    };
  }

  private static NodeRequest inline(NodeRequest parent, int child) {
    return ((Target.Inline) parent.children().get(child).target()).node();
  }

  private List<String> pointers(Map<String, Object> given) {
    return problems(given).stream().map(OptionProblem::pointer).toList();
  }

  private List<String> details(Map<String, Object> given) {
    return problems(given).stream().map(p -> p.pointer() + ": " + p.detail()).toList();
  }

  private List<OptionProblem> problems(Map<String, Object> given) {
    return switch (validator.node(given)) {
      case Checked.Valid<NodeRequest>(NodeRequest node) ->
          throw new AssertionError("accepted " + node);
      case Checked.Invalid<NodeRequest>(List<OptionProblem> problems) -> problems;
    };
  }

  private static Map<String, Object> disk(String name, Object... more) {
    Map<String, Object> disk = of("nodeName", name, "driver", "disk", "filename", "f.img");
    disk.putAll(of(more));
    return disk;
  }

  private static Map<String, @Nullable Object> of(@Nullable Object... pairs) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }
}
