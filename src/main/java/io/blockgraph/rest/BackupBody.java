package io.blockgraph.rest;

import static io.blockgraph.rest.JobBodies.ending;
import static io.blockgraph.rest.JobBodies.id;
import static io.blockgraph.rest.JobBodies.node;
import static io.blockgraph.rest.JobBodies.policy;
import static io.blockgraph.rest.JobBodies.required;

import io.blockgraph.driver.CopyBeforeWrite.OnError;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.job.backup.BackupRequest;
import io.blockgraph.job.backup.BackupRequest.Copied;
import io.blockgraph.job.backup.BackupRequest.Disks;
import io.blockgraph.job.backup.BackupSync;
import io.blockgraph.job.backup.SyncBitmap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The body of a request for a backup job.
final class BackupBody {
  private static final String BREAK_SNAPSHOT = "break-snapshot";
  private static final long MOST_TIMEOUT_S = 3600;
  private static final long MOST_WORKERS = 64;

  static final OptionSpec SPEC =
      new OptionSpec(
          List.of(
              Bodies.required(
                  "jobId", Bodies.name(), "The id of the job, in one namespace with the nodes."),
              Bodies.required("source", Bodies.name(), "The node that is copied as it is now."),
              Bodies.optional(
                  "target",
                  Bodies.name(),
                  "The node that becomes the copy, where it is there; else give targetFile."),
              Bodies.optional(
                  "targetFile",
                  new OptionSpec.Type.Structure(Bodies.TARGET_FILE),
                  "An image that becomes the copy; it is in the graph while the job is. One that is"
                      + " made for sync top names what backs the source."),
              Bodies.required(
                  "sync",
                  new OptionSpec.Type.Choice(
                      List.of("full", "top", "none", "incremental", "bitmap"), "full"),
                  "What of the source is copied; none copies only what clients overwrite,"
                      + " incremental and bitmap what the bitmap says."),
              Bodies.optional(
                  "bitmap",
                  new OptionSpec.Type.Text(BitmapName.MAX_BYTES),
                  "A bitmap of the source: it says what is copied, or after a full or top copy what"
                      + " the next one has to copy. It is busy while the job has it."),
              Bodies.optional(
                  "bitmapMode",
                  new OptionSpec.Type.Choice(
                      List.of("on-success", "never", "always"), "on-success"),
                  "What becomes of the bitmap: on-success is done with it when there is a copy,"
                      + " never leaves it as it was, always is done with what was copied. Only"
                      + " with bitmap."),
              Bodies.optional(
                  "discardSource",
                  new OptionSpec.Type.Flag(false),
                  "Whether what was copied is discarded in the source, once it is durable on the"
                      + " target. Only with sync full of a snapshot-access node that nobody else"
                      + " reads."),
              Bodies.optional("speed", Bodies.speed(), "Bytes per second; 0 for no limit."),
              Bodies.optional(
                  "workers",
                  new OptionSpec.Type.Int(
                      1, MOST_WORKERS, Optional.of((long) BackupRequest.Pace.DEFAULT.workers())),
                  "How many chunks are copied at once, at most."),
              Bodies.optional(
                  "compress",
                  new OptionSpec.Type.Flag(false),
                  "Whether the target stores the copy compressed: a qcow2 image can."),
              Bodies.optional(
                  "onSourceError",
                  new OptionSpec.Type.Choice(Bodies.POLICIES, "report"),
                  "What happens when reading fails."),
              Bodies.optional(
                  "onTargetError",
                  new OptionSpec.Type.Choice(Bodies.POLICIES, "report"),
                  "What happens when writing fails."),
              Bodies.optional(
                  "onCbwError",
                  new OptionSpec.Type.Choice(
                      List.of("break-guest-write", BREAK_SNAPSHOT), BREAK_SNAPSHOT),
                  "What becomes of a client's write whose old bytes cannot be copied: it fails, or"
                      + " it goes on and the job fails."),
              Bodies.optional(
                  "cbwTimeout",
                  new OptionSpec.Type.Int(0, MOST_TIMEOUT_S, Optional.of(0L)),
                  "How many seconds a client's write waits for other copies before that counts as"
                      + " an error; 0 for the 60 seconds that any request waits for another."),
              Bodies.optional(
                  "filterNodeName",
                  Bodies.name(),
                  "The name of the filter the job puts above its source."),
              Bodies.optional(
                  "autoFinalize",
                  new OptionSpec.Type.Flag(true),
                  "Whether the job ends without being asked for it."),
              Bodies.optional(
                  "autoDismiss",
                  new OptionSpec.Type.Flag(false),
                  "Whether the job is forgotten as soon as it is over.")));

  private BackupBody() {}

  static BackupRequest read(@Nullable Object body) {
    Options options = Answers.of(RequestValidator.options(body, SPEC, ""));
    return new BackupRequest(
        id(options),
        disks(options),
        new BackupRequest.Pace(
            options.number("speed").orElse(0L),
            Math.toIntExact(
                options.number("workers").orElse((long) BackupRequest.Pace.DEFAULT.workers())),
            options.flag("compress", false)
                ? BackupRequest.Storing.COMPRESSED
                : BackupRequest.Storing.PLAIN),
        errors(options),
        ending(options),
        node(options, "filterNodeName"));
  }

  private static Disks disks(Options options) {
    NodeName source = Answers.nodeField("/source", required(options, "source"));
    BackupSync sync = BackupSync.of(required(options, "sync")).orElseThrow();
    Optional<Options> file = options.object("targetFile");
    Optional<NodeName> target = node(options, "target");
    if (file.isPresent() == target.isPresent()) {
      throw Answers.field(
          "/target", "give either target (a node that is there) or targetFile (an image)");
    }
    Optional<SyncBitmap> bitmap = bitmap(options);
    Copied after = options.flag("discardSource", false) ? Copied.DISCARDED : Copied.STAYS;
    return target.isPresent()
        ? new Disks(source, target.get(), Optional.empty(), sync, bitmap, after)
        : new Disks(
            source,
            JobBodies.targetNode(options, file.orElseThrow()),
            file.map(JobBodies::targetFile),
            sync,
            bitmap,
            after);
  }

  private static Optional<SyncBitmap> bitmap(Options options) {
    Optional<String> name = options.text("bitmap");
    Optional<SyncBitmap.Mode> mode = options.text("bitmapMode").flatMap(SyncBitmap.Mode::of);
    if (name.isEmpty() && mode.isPresent()) {
      throw Answers.field("/bitmapMode", "there is no bitmap that it could be about");
    }
    return name.map(
        text ->
            new SyncBitmap(
                BitmapBodies.name("/bitmap", text), mode.orElse(SyncBitmap.Mode.ON_SUCCESS)));
  }

  private static BackupRequest.Errors errors(Options options) {
    OnError client =
        options.text("onCbwError").orElse(BREAK_SNAPSHOT).equals(BREAK_SNAPSHOT)
            ? OnError.BREAK_SNAPSHOT
            : OnError.BREAK_GUEST_WRITE;
    return new BackupRequest.Errors(
        policy(options, "onSourceError"),
        policy(options, "onTargetError"),
        client,
        options.number("cbwTimeout").orElse(0L) * 1000);
  }
}
