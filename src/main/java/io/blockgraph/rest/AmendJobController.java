package io.blockgraph.rest;

import io.blockgraph.driver.AmendableFormat;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Options;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.Jobs;
import io.blockgraph.job.amend.AmendJobs;
import io.blockgraph.job.amend.AmendRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Jobs that amend images: starting them.
@RestController
@RequestMapping("/api/v1")
@Tag(name = "jobs")
final class AmendJobController {
  /// What a body takes for an image of any format.
  static final OptionSpec BODY =
      new OptionSpec(
          List.of(
              Bodies.required(
                  "jobId", Bodies.name(), "The id of the job, in one namespace with the nodes."),
              Bodies.required("node", Bodies.name(), "The node over the image."),
              Bodies.required("driver", Bodies.name(), "The driver of the node.")));

  private final BlockGraph graph;
  private final Jobs jobs;
  private final AmendJobs amending;
  private final StrictJson json;

  AmendJobController(BlockGraph graph, Jobs jobs, AmendJobs amending, StrictJson json) {
    this.graph = graph;
    this.jobs = jobs;
    this.amending = amending;
    this.json = json;
  }

  @Operation(
      operationId = "startAmendJob",
      summary = "Change what an image is, while what its disk shows stays: keys, version, flags")
  @PostMapping("/amend-jobs")
  ResponseEntity<?> amend(@RequestBody byte[] body, Ask ask) {
    AmendRequest request = request(json.read(body));
    if (ask.mode() == Ask.Mode.DRY_RUN) {
      return ResponseEntity.ok(
          DiffView.planned(JobProblems.answer(amending.plan(request, ask.expected()))));
    }
    JobRecord job = JobProblems.answer(amending.start(request, ask.expected()));
    return ResponseEntity.accepted()
        .location(URI.create("/api/v1/jobs/" + job.id()))
        .header("Retry-After", "1")
        .body(JobView.of(job));
  }

  @Operation(operationId = "listAmendJobs", summary = "All amend jobs")
  @GetMapping("/amend-jobs")
  JobController.JobsView list() {
    return new JobController.JobsView(
        jobs.list().stream()
            .filter(job -> job.title().type().equals(AmendJobs.TYPE))
            .map(JobView::of)
            .toList());
  }

  private AmendRequest request(@Nullable Object body) {
    DriverName driver = ImageController.driverOf(body);
    Options all = Answers.of(RequestValidator.options(body, spec(driver), ""));
    Map<String, Object> own = new LinkedHashMap<>(all.values());
    BODY.fields().forEach(field -> own.remove(field.name()));
    return new AmendRequest(
        new JobId(Answers.nodeField("/jobId", all.text("jobId").orElseThrow()).value()),
        Answers.nodeField("/node", all.text("node").orElseThrow()),
        driver,
        new Options(own));
  }

  private OptionSpec spec(DriverName name) {
    List<OptionSpec.Field> fields = new ArrayList<>(BODY.fields());
    Driver driver = ImageController.driver(graph, name);
    if (!(driver instanceof AmendableFormat format)) {
      throw new ProblemException(
          Problem.of(
                  ProblemKind.NO_IMAGE_FORMAT,
                  "driver '" + name + "' has no images that could be amended")
              .with(List.of(new Problem.FieldError("/driver", "has nothing to amend")))
              .advising("use qcow2 or luks"));
    }
    fields.addAll(format.amendOptions().fields());
    return new OptionSpec(fields);
  }
}
