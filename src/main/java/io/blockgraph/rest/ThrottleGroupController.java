package io.blockgraph.rest;

import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.ThrottleGroups;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.UserId;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Throttle groups: limits that several throttle nodes share.
@RestController
@RequestMapping("/api/v1/throttle-groups")
@Tag(name = "throttle groups", description = "Limits that several throttle nodes share")
final class ThrottleGroupController {
  private final ThrottleGroups groups;
  private final StrictJson json;

  ThrottleGroupController(ThrottleGroups groups, StrictJson json) {
    this.groups = groups;
    this.json = json;
  }

  /// A throttle group as it is shown.
  ///
  /// @param limits those that were given; the others are none
  /// @param members the throttle nodes that share them
  @Schema(name = "ThrottleGroup")
  record GroupView(String id, Map<String, @Nullable Object> limits, List<String> members) {
    static GroupView of(ThrottleGroups.Group group) {
      return new GroupView(
          group.id().value(),
          new LinkedHashMap<>(group.options().values()),
          group.members().stream().map(NodeName::value).toList());
    }
  }

  /// All throttle groups.
  @Schema(name = "ThrottleGroups")
  record GroupsView(List<GroupView> groups) {}

  @Operation(operationId = "listThrottleGroups", summary = "All throttle groups")
  @GetMapping
  GroupsView list() {
    return new GroupsView(groups.all().stream().map(GroupView::of).toList());
  }

  @Operation(operationId = "getThrottleGroup", summary = "One throttle group")
  @GetMapping("/{group}")
  GroupView get(@PathVariable String group) {
    return show(name(group));
  }

  @Operation(operationId = "addThrottleGroup", summary = "Limits for throttle nodes to share")
  @PostMapping
  ResponseEntity<?> add(@RequestBody byte[] body, Ask ask) {
    Wanted wanted = wanted(json.read(body), groups.options());
    Committed change = Answers.of(groups.make(groups.creating(wanted.id(), wanted.limits()), ask));
    return ask.mode() == Ask.Mode.DRY_RUN
        ? ResponseEntity.ok(DiffView.planned(change))
        : ResponseEntity.created(URI.create("/api/v1/throttle-groups/" + wanted.id()))
            .body(show(wanted.id()));
  }

  @Operation(
      operationId = "changeThrottleGroup",
      summary = "Other limits, at once and for requests that wait, too")
  @PatchMapping("/{group}")
  ResponseEntity<?> change(@PathVariable String group, @RequestBody byte[] body, Ask ask) {
    UserId id = name(group);
    var patch = patch(json.read(body), groups.options());
    Committed change = Answers.of(groups.make(groups.changing(id, patch), ask));
    return ResponseEntity.ok(ask.mode() == Ask.Mode.DRY_RUN ? DiffView.planned(change) : show(id));
  }

  @Operation(operationId = "removeThrottleGroup", summary = "Remove a group without members")
  @DeleteMapping("/{group}")
  DiffView remove(@PathVariable String group, Ask ask) {
    Committed change = Answers.of(groups.make(groups.removing(name(group)), ask));
    return ask.mode() == Ask.Mode.DRY_RUN ? DiffView.planned(change) : DiffView.made(change);
  }

  private GroupView show(UserId id) {
    return groups
        .find(id)
        .map(GroupView::of)
        .orElseThrow(
            () ->
                new ProblemException(
                    ProblemKind.THROTTLE_GROUP_NOT_FOUND,
                    "there is no throttle group '" + id + "'"));
  }

  static UserId name(String group) {
    return Answers.user(group, ProblemKind.THROTTLE_GROUP_NOT_FOUND);
  }

  /// A group that a body asks for.
  record Wanted(UserId id, Options limits) {}

  static Wanted wanted(@Nullable Object body, OptionSpec limits) {
    Options given = Answers.of(RequestValidator.options(body, request(limits), ""));
    String id = Answers.nodeField("/id", given.text("id").orElseThrow()).value();
    Map<String, Object> values = new LinkedHashMap<>(given.values());
    values.remove("id");
    return new Wanted(new UserId(id), new Options(values));
  }

  /// What a request for a new group holds.
  static OptionSpec request(OptionSpec limits) {
    List<OptionSpec.Field> fields = new ArrayList<>();
    fields.add(
        Bodies.required(
            "id", Bodies.name(), "The id of the group, in one namespace with the nodes."));
    fields.addAll(limits.fields());
    return new OptionSpec(fields);
  }

  /// A merge patch: what is named changes, null means "as if not given".
  static Map<String, Optional<Object>> patch(@Nullable Object body, OptionSpec limits) {
    if (!(body instanceof Map<?, ?> members)) {
      throw new ProblemException(ProblemKind.INVALID_REQUEST, "a patch is an object");
    }
    Map<String, Object> given = new LinkedHashMap<>();
    Map<String, Optional<Object>> changes = new LinkedHashMap<>();
    members.forEach(
        (key, value) -> {
          String name = String.valueOf(key);
          if (value == null && limits.fields().stream().anyMatch(f -> f.name().equals(name))) {
            changes.put(name, Optional.empty());
          } else {
            given.put(name, value);
          }
        });
    Answers.of(RequestValidator.options(given, limits, ""))
        .values()
        .forEach((name, value) -> changes.put(name, Optional.of(value)));
    return changes;
  }
}
