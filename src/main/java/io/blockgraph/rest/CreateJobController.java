package io.blockgraph.rest;

import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Options;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.Jobs;
import io.blockgraph.job.create.CreateJobs;
import io.blockgraph.job.create.CreateRequest;
import io.blockgraph.job.create.CreateRequest.Place;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Jobs that make images: starting them.
@RestController
@RequestMapping("/api/v1")
@Tag(name = "jobs")
final class CreateJobController {
  private final BlockGraph graph;
  private final Jobs jobs;
  private final CreateJobs creating;
  private final StrictJson json;

  CreateJobController(BlockGraph graph, Jobs jobs, CreateJobs creating, StrictJson json) {
    this.graph = graph;
    this.jobs = jobs;
    this.creating = creating;
    this.json = json;
  }

  @Operation(
      operationId = "startCreateJob",
      summary = "Make an image, in a new file or over what a node holds")
  @PostMapping("/create-jobs")
  ResponseEntity<?> create(@RequestBody byte[] body, Ask ask) {
    CreateRequest request = request(json.read(body));
    if (ask.mode() == Ask.Mode.DRY_RUN) {
      return ResponseEntity.ok(
          DiffView.planned(JobProblems.answer(creating.plan(request, ask.expected()))));
    }
    JobRecord job = JobProblems.answer(creating.start(request, ask.expected()));
    return ResponseEntity.accepted()
        .location(URI.create("/api/v1/jobs/" + job.id()))
        .header("Retry-After", "1")
        .body(JobView.of(job));
  }

  @Operation(operationId = "listCreateJobs", summary = "All create jobs")
  @GetMapping("/create-jobs")
  JobController.JobsView list() {
    return new JobController.JobsView(
        jobs.list().stream()
            .filter(job -> job.title().type().equals(CreateJobs.TYPE))
            .map(JobView::of)
            .toList());
  }

  private CreateRequest request(@Nullable Object body) {
    DriverName driver = ImageController.driverOf(body);
    Options all =
        Answers.of(
            RequestValidator.options(
                body, ImageController.spec(graph, driver, Bodies.CREATE_JOB), ""));
    Map<String, Object> own = new LinkedHashMap<>(all.values());
    Bodies.CREATE_JOB.fields().forEach(field -> own.remove(field.name()));
    String id = all.text("jobId").orElseThrow();
    return new CreateRequest(
        new JobId(Answers.nodeField("/jobId", id).value()), driver, new Options(own), place(all));
  }

  private static Place place(Options options) {
    Optional<String> file = options.text("filename");
    Optional<String> node = options.text("node");
    if (file.isPresent() == node.isPresent()) {
      throw Answers.field("", "give either filename (a file to make) or node (one that is there)");
    }
    return file.<Place>map(Place.NewFile::new)
        .orElseGet(() -> new Place.Over(Answers.nodeField("/node", node.orElseThrow())));
  }
}
