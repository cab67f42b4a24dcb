package io.blockgraph.rest;

import static io.blockgraph.rest.JobBodies.ending;
import static io.blockgraph.rest.JobBodies.id;
import static io.blockgraph.rest.JobBodies.node;
import static io.blockgraph.rest.JobBodies.policy;
import static io.blockgraph.rest.JobBodies.required;

import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.ReplaceRules;
import io.blockgraph.job.mirror.CopyMode;
import io.blockgraph.job.mirror.MirrorRequest;
import io.blockgraph.job.mirror.MirrorRequest.Copying;
import io.blockgraph.job.mirror.MirrorRequest.Disks;
import io.blockgraph.job.mirror.MirrorRequest.PartialData;
import io.blockgraph.job.mirror.MirrorRequest.Replacing;
import io.blockgraph.job.mirror.MirrorRequest.TargetContent;
import io.blockgraph.job.mirror.MirrorRequest.Unmap;
import io.blockgraph.job.mirror.MirrorRequest.Verify;
import io.blockgraph.job.mirror.MirrorRequest.Zeroing;
import io.blockgraph.job.mirror.SyncMode;
import java.util.Optional;
import java.util.OptionalLong;

/// The body of a request for a mirror job.
final class MirrorBody {
  private MirrorBody() {}

  static MirrorRequest read(Options options) {
    return new MirrorRequest(
        id(options),
        disks(options),
        copying(options),
        new MirrorRequest.Errors(
            policy(options, "onSourceError"), policy(options, "onTargetError")),
        ending(options),
        node(options, "filterNodeName"));
  }

  private static Disks disks(Options options) {
    Replacing replacing =
        new Replacing(
            node(options, "replaces"),
            options.text("otherParents").orElse("permissions").equals("permissions")
                ? ReplaceRules.OtherParents.PERMISSIONS
                : ReplaceRules.OtherParents.NONE_ALLOWED,
            options.flag("acceptPartialData", false) ? PartialData.ACCEPTED : PartialData.REFUSED);
    NodeName source = Answers.nodeField("/source", required(options, "source"));
    SyncMode sync = SyncMode.of(required(options, "sync")).orElseThrow();
    Optional<Options> file = options.object("targetFile");
    Optional<NodeName> target = node(options, "target");
    if (file.isPresent() == target.isPresent()) {
      throw Answers.field(
          "/target", "give either target (a node that is there) or targetFile (an image)");
    }
    return target.isPresent()
        ? new Disks(source, target.get(), sync, replacing)
        : new Disks(
            source,
            JobBodies.targetNode(options, file.orElseThrow()),
            file.map(JobBodies::targetFile),
            sync,
            replacing);
  }

  private static Copying copying(Options options) {
    long granularity = options.number("granularity").orElse(0L);
    return new Copying(
        CopyMode.of(options.text("copyMode").orElse("background")).orElseThrow(),
        granularity == 0 ? OptionalLong.empty() : OptionalLong.of(granularity),
        options.number("bufSize").orElse(0L),
        options.number("speed").orElse(0L),
        new Zeroing(
            options.flag("unmap", true) ? Unmap.YES : Unmap.NO,
            options.flag("targetIsZero", false) ? TargetContent.ZERO : TargetContent.ASK),
        options.flag("verify", false) ? Verify.YES : Verify.NO);
  }
}
